// What a find is worth: an answer in the text comes before a function that has the word in its name.
var Scorer = {
  objNameMatch: 11,
  objPartialMatch: 1,
  objPrio: { 0: 0, 1: 0, 2: 0 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,

  // Sphinx asks here for another score. It stays as it is; but a find in a section is named after it.
  score: (find) => {
    const { alltitles, docnames } = Search._index;
    Scorer.headings ??= new Map(
      Object.entries(alltitles).flatMap(([heading, places]) =>
        places.map(([page, id]) => [`${docnames[page]}#${id}`, heading]),
      ),
    );
    const [page, title, anchor, , score] = find;
    const heading = Scorer.headings.get(page + anchor);
    if (heading && !title.endsWith(heading)) find[1] = `${title} > ${heading}`;
    return score;
  },
};
