// Applies the stored theme before the first paint, so that the page does not flash.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {}

// Renews the session while the panel loads; the panel takes the response over. It is the same request under the same
// lock as in the panel, because a refresh cookie must not be used twice.
{
  const refresh = () => fetch("/v1/sessions/refresh", {
    method: "POST",
    headers: { "Accept": "application/json", "X-Requested-With": "esim-admin" },
  });
  window.earlyRefresh = navigator.locks ? navigator.locks.request("esim-admin-session", refresh) : refresh();
  window.earlyRefresh.catch(() => {});
}
