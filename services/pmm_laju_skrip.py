"""The one script behind the common row of starts toward PMM. Times are whole microseconds of Redis' clock.

State: `berikut` when the next start is free, `tahan` until when nobody starts (429), `pelan` by how much starts are
further apart since a 429, `dilambatkan` when that grew last, `peralihan` until when Redis counts as just returned.
A time further ahead than can be right comes from a clock that was set back, and counts as now.
"""

from __future__ import annotations

import hashlib
from typing import Final

SKRIP: Final = """
local t = redis.call('TIME')
local kini = t[1] * 1000000 + t[2]
local s = redis.call('HMGET', KEYS[1], 'berikut', 'tahan', 'pelan', 'dilambatkan', 'peralihan')
local berikut, tahan, pelan = tonumber(s[1] or 0), tonumber(s[2] or 0), tonumber(s[3] or 1)
local dilambatkan, peralihan = tonumber(s[4] or 0), tonumber(s[5] or 0)
local jarak, jumlah, massal = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local cakrawala, susulan, terakhir = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local proses, lama_peralihan, lambat = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
local wajar = 8 * proses * jarak + 5000000

if ARGV[10] == '1' then peralihan = kini + lama_peralihan end
if peralihan > kini + lama_peralihan then peralihan = kini + lama_peralihan end

if tahan > kini + 3600000000 then tahan = kini end
if dilambatkan > kini then dilambatkan = kini end
if lambat >= 0 then
  tahan = math.max(tahan, kini + lambat)
  -- The 429s of requests that were under way together are one message.
  if kini - dilambatkan > 1000000 or pelan == 1 then pelan = math.min(8, pelan * 2) end
  dilambatkan = kini
end
while pelan > 1 and kini - dilambatkan > 5000000 do
  pelan = math.floor(pelan / 2)
  dilambatkan = dilambatkan + 5000000
end

jarak = jarak * pelan
if peralihan > kini then jarak = jarak * proses end

if berikut > kini + wajar then berikut = kini + jarak end
-- Redis may have lost its state; whoever asks knows at least the own last start.
if terakhir > 0 and terakhir <= kini + wajar then berikut = math.max(berikut, terakhir + jarak) end

local mulai = math.max(berikut, kini - susulan, tahan)
local banyak, tunggu = 0, 0
if jumlah > 0 and tahan <= kini then
  banyak = math.min(jumlah, math.floor((kini + cakrawala - mulai) / jarak) + 1)
  if banyak < 1 then
    -- The row is taken for as long as a bulk may take it ahead; somebody at a screen gets its end. A bulk comes back
    -- when half of that is free: who came for every single start would leave the rest to the others.
    banyak = massal and 0 or 1
    tunggu = mulai - cakrawala / 2 - kini
  end
end
if banyak > 0 then berikut = mulai + banyak * jarak end

local function angka(n) return string.format('%.0f', n) end
redis.call('HSET', KEYS[1], 'berikut', angka(berikut), 'tahan', angka(tahan), 'pelan', angka(pelan),
  'dilambatkan', angka(dilambatkan), 'peralihan', angka(peralihan))
redis.call('PEXPIRE', KEYS[1], 7200000)
return {angka(kini), angka(mulai), angka(banyak), angka(jarak), angka(math.max(0, tahan - kini)), angka(tunggu)}
"""

SKRIP_SIDIK: Final = hashlib.sha1(SKRIP.encode(), usedforsecurity=False).hexdigest()
