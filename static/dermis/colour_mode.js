// Follows the colour mode of the system. Runs before the first paint, so that a dark page never flashes white.
(() => {
  const root = document.documentElement;
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => root.setAttribute("data-bs-theme", prefersDark.matches ? "dark" : "light");
  root.classList.add("has-script");
  prefersDark.addEventListener("change", follow);
  follow();
})();
