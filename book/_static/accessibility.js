// What the theme leaves undone for those who listen to a page, or who use the keyboard.
{
  // The theme's script shows these as dialogs; the sidebar itself is a part of the page.
  const names = {
    "pst-search-dialog": "Search",
    "pst-primary-sidebar-modal": "Contents of the book",
    "pst-secondary-sidebar-modal": "Contents of this page",
    "pst-primary-sidebar": "Book",
  };
  for (const [id, name] of Object.entries(names))
    document.getElementById(id)?.setAttribute("aria-label", name);
  document.getElementById("pst-primary-sidebar")?.setAttribute("role", "region");

  // The theme takes the focus from a button that was clicked, so that a mouse leaves no
  // tooltip behind. With the keyboard that would lose the place.
  const buttons = ".theme-switch-button, .search-button, .primary-toggle, .secondary-toggle";
  for (const button of document.querySelectorAll(buttons))
    button.blur = () => {
      if (!button.matches(":focus-visible")) HTMLElement.prototype.blur.call(button);
    };
}
