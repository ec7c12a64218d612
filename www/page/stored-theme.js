// Puts the theme that was chosen before on the page, before it is first painted.
try {
  const theme = localStorage.getItem("mamba-web.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be switched off; the system's theme is used then.
}
