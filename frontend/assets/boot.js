// Before the first paint: the remembered theme, so that nobody is flashed at.
try {
  const theme = localStorage.getItem("theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {}
