// The contents of the page mark the section that is read; those of the book stay closed.
{
  const links = [...document.querySelectorAll("nav.page-toc a")];
  const headings = links.map(
    link => document.getElementById(decodeURIComponent(link.hash.slice(1))));

  // That is the last section that begins above a line, a quarter down the screen. At the
  // end of the page the line sinks to the bottom, so that each section comes to be read.
  // The section that was asked for is marked as long as its heading is above that line.
  const mark = () => {
    const upper = Math.max(100, innerHeight / 4);
    const end = document.documentElement.scrollHeight - innerHeight;
    const start = Math.max(0, end - innerHeight + upper);
    const sunk = Math.max(0, (scrollY - start) / (end - start || 1));
    const line = upper + (innerHeight - upper) * sunk;
    const tops = headings.map(heading => heading.getBoundingClientRect().top);
    const asked = links.findIndex(link => link.hash == location.hash);
    const read = tops[asked] >= 0 && (tops[asked] <= line || scrollY >= end - 1)
      ? asked : tops.findLastIndex(top => top <= line);
    links.forEach((link, n) => link.classList.toggle("active", n == read));
    for (const entry of document.querySelectorAll("nav.page-toc li"))
      entry.classList.toggle("active", entry.querySelector("a.active") != null);
  };
  if (links.length) {
    for (const event of ["scroll", "resize", "hashchange", "load"])
      addEventListener(event, () => requestAnimationFrame(mark), {passive: true});
    mark();
  }

  // The theme ends the click at its button, so this comes before it.
  const sidebar = document.getElementById("pst-primary-sidebar");
  document.addEventListener("click", ({target}) => {
    if (target.closest(".primary-toggle") && matchMedia("(min-width: 992px)").matches)
      localStorage.setItem(
        "contents", sidebar.classList.contains("pst-sidebar-hidden") ? "open" : "closed");
  }, true);
}
