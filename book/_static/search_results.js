// What the search of the theme lacks. This is loaded after the index, before a search.
{
  const {performTermsSearch} = Search;
  const {_parseQuery: parseQuery, _performSearch: performSearch} = Search;
  const {alltitles, docnames, terms, titles, titleterms} = Search._index;
  const MESSAGES = Documentation.TRANSLATIONS;
  const NOTHING = "Your search did not match any documents. Please make sure that all "
    + "words are spelled correctly and that you've selected enough categories.";
  const FOUND = "Search finished, found ${resultCount} page(s) matching the search query.";
  const said = MESSAGES[FOUND] ?? FOUND;        // in the book's language

  const ANSWERS = ["book/questions", "book/glossary"];
  const BONUS = {"book/questions": 2, "book/glossary": 1, "book/lesson_plans": -9};

  // Of the words and numbers that were typed, those on few pages say most.
  let sought = [];
  const hits = text => sought.filter(({pattern}) => pattern.test(text))
    .reduce((sum, {weight}) => sum + weight, 0);
  const weigh = word => {
    const pages = [terms[word] ?? [], titleterms[word] ?? []].flat();
    return Math.log(1 + docnames.length / Math.max(1, pages.length));
  };

  // Every object of JavaScript knows the word "constructor", but no page does.
  const own = {hasOwnProperty: {value: Object.prototype.hasOwnProperty}};
  for (const words of [terms, titleterms])
    Object.setPrototypeOf(words, Object.create(null, own));

  // People type whole questions, and numbers. The index has those in parts: 1 and 309.
  stopwords.push(..."am can did do does get has have how i my need should vs".split(" "),
                 ..."we what when where which who why you your".split(" "));
  Search._parseQuery = query => {
    const parsed = parseQuery(query);
    const words = parsed[1];
    sought = [...words].map(word => ({
      weight: weigh(word),
      pattern: RegExp(`(?<!\\p{L})${word.replace(/i$/, "[iy]")}`, "iu")}));
    const numbers = query.match(/(?<![\p{L}\d])\d+([.,]\d+)*(?![\p{L}\d])/gu) ?? [];
    const parts = numbers.flatMap(number => number.split(/[.,]/));
    const enough = parts.filter(part => part.length > 2);       // shorter ones are anywhere
    for (const part of words.size || enough.length ? enough : parts)
      words.add(part);
    for (const number of numbers)
      sought.push({pattern: asPrinted(number), weight: /\d{3}/.test(number) ? 9 : 1});
    sought.sort((a, b) => b.weight - a.weight);
    return parsed;
  };

  // As it is printed, and not as a part of another number.
  const asPrinted = number => RegExp(
    `(?<![\\d.,])${number.replace(".", "\\.")}(?!\\d|[.,]\\d)`);

  Search._performSearch = (query, words, excluded, ...others) => {
    const all = performSearch(query, words, excluded, ...others);
    const most = withMostWords(words, excluded);
    const answers = [...words].some(word => /^\d+$/.test(word)) ? [] : ANSWERS;
    const found = all.length
      ? [...most.filter(([page]) => answers.includes(page)), ...all] : most;
    MESSAGES[FOUND] = all.length ? said : SEARCH_WORDS.most;
    MESSAGES[NOTHING] = `${SEARCH_WORDS.none} `
      + (/\d/.test(query) ? SEARCH_WORDS.number : SEARCH_WORDS.spelling);
    return found
      .filter(([page, , anchor], n) =>       // each page once, or with its passages
        anchor || !found.some((other, m) => other[0] === page && (other[2] || m > n)))
      .map(toHeading).sort((a, b) => a[4] - b[4]);
  };

  const withMostWords = (words, excluded) => {
    const pages = {};
    for (const word of words)
      for (const result of performTermsSearch(new Set([word]), excluded)) {
        const page = pages[result[0]] ??= {result, count: 0, weight: 0};
        page.count += 1;
        page.weight += weigh(word);
      }
    const enough = Object.values(pages).filter(({count}) => 2 * count >= words.size);
    const most = Math.max(...enough.map(({weight}) => weight));
    return enough
      .filter(({result, weight}) => weight === most || ANSWERS.includes(result[0]))
      .map(({result}) => result);
  };

  // A page comes first if one of its headings says much of what was typed; if it says all,
  // the result leads there.
  const toHeading = ([page, title, anchor, about, score, file]) => {
    let name = title, best = hits(title);
    if (!anchor) {
      name = titles[docnames.indexOf(page)];
      for (const [heading, places] of Object.entries(alltitles))
        for (const [number, id] of places)
          if (docnames[number] === page && hits(heading) > best) {
            best = hits(heading);
            if (id && sought.every(({pattern}) => pattern.test(heading)))
              [anchor, name] = [`#${id}`, `${name} > ${heading}`];
          }
    }
    return [page, name, anchor, about, score + 3 * best + (BONUS[page] ?? 0), file];
  };

  // A passage is an entry of the glossary, or a section without its sections and entries.
  const PASSAGES = "section[id]:has(> :not(h1, h2, section)), dt[id]";
  const nameOf = passage =>
    (passage.matches("dt") ? passage : passage.querySelector("h1, h2, h3")).textContent;
  const textOf = passage => (passage.matches("dt")
    ? [nameOf(passage) + ":", passage.parentElement.querySelector(`#${passage.id} ~ dd`)]
    : [...passage.children].filter(part => !part.matches("section, .glossary")))
    .map(part => part.textContent ?? part).join(" ").replace(/\s+/g, " ");
  const score = passage => 3 * hits(textOf(passage)) + hits(nameOf(passage));

  // A result leads to the passage with most of the words, and shows it as prose: without
  // buttons, and each formula once.
  Search.makeSearchSummary = (html, words, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const part of page.querySelectorAll(
        ".bd-header-article, .onlyprint, annotation, .headerlink, script, style"))
      part.remove();
    const scores = [...page.querySelectorAll(anchor || PASSAGES)].map(p => [score(p), p]);
    const passage = scores.reduce((a, b) => b[0] > a[0] ? b : a)[1];
    const text = textOf(passage);
    const first = sought.find(({pattern}) => pattern.test(text));
    const start = first ? Math.max(0, text.search(first.pattern) - 120) : 0;
    const summary = document.createElement("p");
    summary.className = "context";
    summary.textContent = (start ? "..." : "") + text.slice(start, start + 240).trim()
      + (start + 240 < text.length ? "..." : "");
    queueMicrotask(() => {              // by then it stands below its link
      const link = summary.parentElement.querySelector("a");
      if (passage.matches(":has(> h1)") || link.textContent.endsWith(nameOf(passage)))
        return;
      link.hash = passage.id;
      link.append(` > ${nameOf(passage)}`);
    });
    return summary;
  };
}
