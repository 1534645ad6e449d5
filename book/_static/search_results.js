// What a search shows of a page is prose: without buttons, and each formula once.
{
  const text = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const part of page.querySelectorAll(".bd-header-article, .onlyprint, annotation"))
      part.remove();
    return text(page.documentElement.outerHTML, anchor);
  };
}
