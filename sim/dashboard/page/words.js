// The page's texts in one language, with slots filled and numbers written as the language writes them.

export class Words {
  /** @param {Object<string, any>} texts @param {string} lang @param {[string, string]|null} names first names of CEO and COO */
  constructor(texts, lang, names = null) {
    this.names = names;
    this.texts = texts;
    this.lang = lang;
    this.plural = new Intl.PluralRules(lang);
    this.formats = [0, 1, 2].map((decimals) => new Intl.NumberFormat(lang, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
  }

  /** The text of a key. A text with two forms is chosen by the slot `n`. */
  say(key, slots = {}) {
    let text = this.texts[key];
    if (text === undefined) throw new Error(`no text for ${key}`);
    if (typeof text !== "string") text = this.plural.select(slots.n) === "one" ? text.one : text.other;
    return text.replace(/\{(\w+)\}/g, (_, name) => {
      const value = slots[name];
      return typeof value === "number" ? this.number(value) : String(value);
    });
  }

  /** A number with so many decimals. */
  number(value, decimals = 0) {
    if (value === null || value === undefined || Number.isNaN(value)) return this.texts["number.none"];
    const rounded = Math.abs(value) < 0.5 * 10 ** -decimals ? 0 : value;
    return this.formats[decimals].format(rounded).replace("-", "\u2212");
  }

  /** A number as it is shown with so many decimals, to be counted on with: differences shown are those of figures shown. */
  rounded(value, decimals = 0) {
    return Math.round((value + Number.EPSILON) * 10 ** decimals) / 10 ** decimals;
  }

  /** A number with its sign, for differences. */
  signed(value, decimals = 0) {
    const written = this.number(value, decimals);
    return value > 0 && /[1-9]/.test(written) ? `+${written}` : written;
  }

  /** One of two languages' texts as it was written: for titles. */
  title(both) {
    return both[this.lang];
  }

  /** One of two languages' texts, as answers carry them; the two leaders by the first names that the room gave them. */
  of(both) {
    return named(both[this.lang], this.lang, this.names);
  }
}

const POSTS = {
  en: [/\bthe CEO\b/gi, /\bthe COO\b/gi],
  fr: [/\b(d[ue]|au|le) PDG\b/gi, /\b(d[ue]|au|le) directeur des opérations\b/gi],
};
const BEFORE = { le: "", du: "de ", de: "de ", au: "à " };
const VOWEL = /^[aeiouyhàâäéèêëîïôöùûü]/i;

/** A sentence with first names in the place of the two posts. Generic titles ("a CEO", "Two leaders") stay. */
export function named(sentence, lang, names) {
  if (Array.isArray(sentence)) return sentence.map((one) => named(one, lang, names));
  if (!names || typeof sentence !== "string" || !POSTS[lang]) return sentence;
  return POSTS[lang].reduce((text, post, which) => text.replace(post, (found, article) => {
    if (lang === "en") return names[which];
    const before = BEFORE[article.toLowerCase()];
    const elided = before === "de " && VOWEL.test(names[which]) ? "d\u2019" : before;
    return /^[A-Z]/.test(found) && elided ? elided[0].toUpperCase() + elided.slice(1) + names[which] : elided + names[which];
  }), sentence);
}
