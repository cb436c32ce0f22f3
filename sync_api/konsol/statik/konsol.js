// Live progress and small comforts; every page is whole without this file.
"use strict";
(function () {
  var JEDA_TERPENDEK = 1000, JEDA_TERPANJANG = 30000;

  function sedangDibaca(unsur) {
    var pilihan = document.getSelection();
    var disorot = pilihan && !pilihan.isCollapsed && unsur.contains(pilihan.anchorNode);
    return disorot || unsur.contains(document.activeElement);
  }

  function umumkan(teks) {
    var unsur = document.getElementById("pengumuman");
    if (unsur && unsur.textContent !== teks) { unsur.textContent = teks; }
  }

  // A part of the page that is filled again as a whole: progress and results.
  function segarkan(unsur) {
    var jeda = Math.max(JEDA_TERPENDEK, Number(unsur.dataset.jeda) || 3000), gagal = 0, sebelumnya = null;
    function nanti() {
      window.setTimeout(ambil, Math.min(JEDA_TERPANJANG, jeda * Math.pow(2, gagal)));
    }
    function ambil() {
      if (document.hidden || sedangDibaca(unsur)) { nanti(); return; }
      fetch(unsur.dataset.segar, { credentials: "same-origin", headers: { Accept: "text/html" } })
        .then(function (jawaban) {
          if (jawaban.status === 401) { umumkan("Sesi berakhir. Muat ulang halaman untuk masuk kembali."); return null; }
          if (!jawaban.ok) { throw new Error(String(jawaban.status)); }
          return jawaban.text();
        })
        .then(function (isi) {
          if (isi === null) { return; }
          gagal = 0;
          if (sebelumnya !== isi) { sebelumnya = isi; terapkan(unsur, isi); }
          var kabar = unsur.querySelector("[data-umum]");
          if (kabar) { umumkan(kabar.dataset.umum); }
          if (!unsur.querySelector("[data-selesai]")) { nanti(); }
        })
        .catch(function () { gagal = Math.min(gagal + 1, 4); nanti(); });
    }
    nanti();
  }

  function terapkan(unsur, isi) {
    if (unsur.dataset.cara !== "baris") { unsur.innerHTML = isi; return; }
    // Rows of a table: each is exchanged where it stands, none is added, moved or removed.
    var wadah = document.createElement("template");
    wadah.innerHTML = isi;
    wadah.content.querySelectorAll("tr[id]").forEach(function (baru) {
      var lama = document.getElementById(baru.id);
      if (!lama || lama.dataset.versi === baru.dataset.versi || sedangDibaca(lama)) { return; }
      var kotak = lama.querySelector("input[type=checkbox]"), tujuan = baru.querySelector("input[type=checkbox]");
      if (kotak && tujuan) { tujuan.checked = kotak.checked; }
      baru.classList.add("berubah");
      lama.replaceWith(baru);
    });
    var kabar = wadah.content.querySelector("[data-kabar]"), tempat = document.getElementById("kabar-log");
    if (tempat && kabar) { tempat.replaceChildren(document.importNode(kabar, true)); }
  }

  document.querySelectorAll("[data-segar]").forEach(segarkan);

  // "Select all" of a table, and how many are selected.
  document.querySelectorAll("[data-pilih-semua]").forEach(function (semua) {
    var tabel = semua.closest("table");
    semua.hidden = false;
    function kotak() { return tabel.querySelectorAll("tbody input[type=checkbox]"); }
    function hitung() {
      var n = 0;
      kotak().forEach(function (k) { if (k.checked) { n += 1; } k.closest("tr").classList.toggle("terpilih", k.checked); });
      var tempat = document.getElementById("jumlah-terpilih");
      if (tempat) { tempat.textContent = n ? n + " baris dipilih" : ""; }
    }
    semua.addEventListener("change", function () {
      kotak().forEach(function (k) { k.checked = semua.checked; });
      hitung();
    });
    tabel.addEventListener("change", hitung);
    hitung();
  });

  // A form is sent once: the second click of an impatient hand does nothing.
  document.addEventListener("submit", function (peristiwa) {
    var formulir = peristiwa.target;
    if (formulir.method !== "post") { return; }
    if (formulir.dataset.terkirim) { peristiwa.preventDefault(); return; }
    formulir.dataset.terkirim = "1";
    window.setTimeout(function () { delete formulir.dataset.terkirim; }, 5000);
  });
})();
