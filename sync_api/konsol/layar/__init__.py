"""The screens of the console, one module each; what they share stands beside this package.

How to add a screen:

1. `layar/<screen>.py` has `router = APIRouter()` and `MENU: tuple[Menu, ...]` (empty for a screen that is only linked
   to), and is named in `layar/daftar.py`. Paths are below /konsol and say the thing in Indonesian (`/user-pmm`,
   `/user-pmm/tambah`). Addresses that other screens link to, as soon as a MENU has them (`tampilan.ada_layar`):
   `/massal` and `/massal/{id}`, `/jadwal`, `/user-pmm`, `/periode`, `/padanan`, `/pimpinan`, `/unit-kerja`, `/audit`,
   `/skp-saya`. A link from a repair brings `?objek=` (the id of the unit, NPSN or pegawai) and `?tahun=`.
2. A route declares who may use it, and calls the services that the API calls; it holds no rule of the domain:

       @router.get("/user-pmm")
       async def daftar(akses: Annotated[Akses, butuh_layar("user-pmm:baca")]) -> Response:
           kueri = urai(SaringIn, akses.request.query_params.multi_items())
           async with akses.konteks.baca() as conn:
               data, berikut = await daftar_user_pmm(conn, ..., instansi=akses.jangkauan.instansi)
           return await halaman(akses, "user_pmm.html", data=data, kueri=kueri, ...)

   `akses.jangkauan` is the tenant condition of every query; `akses.satu_instansi()` the one instansi of a write;
   `akses.boleh(scope)` says whether to offer a button; `akses.request_id` goes to the services.
3. A write is a POST form with `{{ csrf_bidang(csrf) }}`. `butuh_layar` has proven session and form before the route
   runs, so it reads `urai(ModelIn, akses.isian.multi_items())` (an IsianIn; IsianSalah holds the faults by field: show
   the form again with them, status 422). It asks once (a page of its own with `konfirmasi`), then tells what happened
   and how to undo it by `akses.keadaan.kilas("berhasil", "...")` and `pindah("/user-pmm")`, so that reloading the page
   repeats nothing. A route that makes something new is `@sekali` as well: its form takes effect once, however often it
   is sent, as long as `csrf_bidang` stands in every form on the way to it. Refusals of services become IsianSalah or a
   `kilas("gagal", ...)` that says what to do.
4. `templates/<screen>.html` extends `bingkai.html` (blocks `judul`, `isi`; one h1) and takes from `makro.html`:
   `bidang`, `pilihan`, `tombol`, `lencana_status`, `lencana`, `tabel_kosong`, `penomoran`, `konfirmasi`, `csrf_bidang`,
   `temuan_kartu`, `angka_kartu`. Every table has a caption and `scope`; wide ones stand in `<div class="gulir">`, and
   with class `kartu-hp` and `data-label` on each cell they become cards on a phone. No inline script or style, no
   `style=` attribute: the policy of the browser forbids it. A width that depends on data is an SVG attribute.
5. Live progress: `<div data-segar="{{ alamat(...) }}" data-jeda="2000" aria-live="polite">` is filled again from that
   address (a route that answers with `potongan`); an answer with an element `data-selesai` ends it. The page must be
   whole without it.
6. Tests: `tests/sync_api/konsol/`, fixtures `peramban` (a browser of a role), `isian`. Paths that ask for nobody are
   listed in `keamanan.LAYAR_TERBUKA`.
"""
