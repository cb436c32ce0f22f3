// Copy and share of the text for whoever can help; without this file the text is there to be selected by hand.
"use strict";
(function () {
  function pesan(id) { return document.getElementById(id); }

  function kabari(id, teks) {
    var tempat = document.querySelector("[data-kabar-salin='" + id + "']");
    if (tempat) { tempat.textContent = teks; }
  }

  function salin(id) {
    var unsur = pesan(id);
    function denganTangan() { unsur.focus(); unsur.select(); kabari(id, "Teks sudah dipilih; salin dengan menu ponsel Anda."); }
    if (!navigator.clipboard) { denganTangan(); return; }
    navigator.clipboard.writeText(unsur.value).then(function () { kabari(id, "Tersalin."); }, denganTangan);
  }

  // The part of the page with these buttons is filled again while a sync runs.
  function tampilkan() {
    document.querySelectorAll("[data-salin][hidden]").forEach(function (tombol) { tombol.hidden = false; });
    if (navigator.share) {
      document.querySelectorAll("[data-bagikan][hidden]").forEach(function (tombol) { tombol.hidden = false; });
    }
  }

  document.addEventListener("click", function (peristiwa) {
    var tombol = peristiwa.target.closest("[data-salin],[data-bagikan]");
    if (!tombol) { return; }
    if (tombol.dataset.salin) { salin(tombol.dataset.salin); return; }
    navigator.share({ text: pesan(tombol.dataset.bagikan).value }).catch(function () { /* closed by the person */ });
  });
  tampilkan();
  new MutationObserver(tampilkan).observe(document.getElementById("isi"), { childList: true, subtree: true });
})();
