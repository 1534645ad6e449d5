// What the theme leaves undone for those who use the keyboard.
{
  // It takes the focus from a button that was clicked, so that a mouse leaves no tooltip
  // behind. With the keyboard that would lose the place.
  const buttons = ".theme-switch-button, .search-button, .primary-toggle, .secondary-toggle";
  for (const button of document.querySelectorAll(buttons))
    button.blur = () => {
      if (!button.matches(":focus-visible")) HTMLElement.prototype.blur.call(button);
    };
}
