// Before the first paint, so that the theme does not flash. Classic on purpose: modules wait.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    let theme = null;
    try {
      theme = localStorage.getItem("ansim.theme");
    } catch {
      // Storage may be forbidden; the system's preference holds then.
    }
    document.documentElement.dataset.theme = theme === "light" || theme === "dark" ? theme : dark.matches ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
})();
