/*
 * literature_latex.c - LaTeX in bibliographic values; see literature_latex.h.
 *
 * A formula keeps its letters: $\Sigma^{0}$ is Σ⁰.  Digits and signs that Unicode has as superscripts and
 * subscripts become those, anything else is written in line.  Typeface (\textit, \textsc, ...) is dropped:
 * fields hold text.
 */
#include "literature_latex.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

typedef struct accented
{
	char accent, letter;
	const char *character;
} accented;

/* Unicode's canonical compositions. */
static const accented compositions[] = {
	{'`', 'a', "à"},  {'`', 'e', "è"},  {'`', 'i', "ì"},  {'`', 'n', "ǹ"},  {'`', 'o', "ò"},
	{'`', 'u', "ù"},  {'`', 'w', "ẁ"},  {'`', 'y', "ỳ"},  {'`', 'A', "À"},  {'`', 'E', "È"},
	{'`', 'I', "Ì"},  {'`', 'N', "Ǹ"},  {'`', 'O', "Ò"},  {'`', 'U', "Ù"},  {'`', 'W', "Ẁ"},
	{'`', 'Y', "Ỳ"},  {'\'', 'a', "á"}, {'\'', 'c', "ć"}, {'\'', 'e', "é"}, {'\'', 'g', "ǵ"},
	{'\'', 'i', "í"}, {'\'', 'k', "ḱ"}, {'\'', 'l', "ĺ"}, {'\'', 'm', "ḿ"}, {'\'', 'n', "ń"},
	{'\'', 'o', "ó"}, {'\'', 'p', "ṕ"}, {'\'', 'r', "ŕ"}, {'\'', 's', "ś"}, {'\'', 'u', "ú"},
	{'\'', 'w', "ẃ"}, {'\'', 'y', "ý"}, {'\'', 'z', "ź"}, {'\'', 'A', "Á"}, {'\'', 'C', "Ć"},
	{'\'', 'E', "É"}, {'\'', 'G', "Ǵ"}, {'\'', 'I', "Í"}, {'\'', 'K', "Ḱ"}, {'\'', 'L', "Ĺ"},
	{'\'', 'M', "Ḿ"}, {'\'', 'N', "Ń"}, {'\'', 'O', "Ó"}, {'\'', 'P', "Ṕ"}, {'\'', 'R', "Ŕ"},
	{'\'', 'S', "Ś"}, {'\'', 'U', "Ú"}, {'\'', 'W', "Ẃ"}, {'\'', 'Y', "Ý"}, {'\'', 'Z', "Ź"},
	{'^', 'a', "â"},  {'^', 'c', "ĉ"},  {'^', 'e', "ê"},  {'^', 'g', "ĝ"},  {'^', 'h', "ĥ"},
	{'^', 'i', "î"},  {'^', 'j', "ĵ"},  {'^', 'o', "ô"},  {'^', 's', "ŝ"},  {'^', 'u', "û"},
	{'^', 'w', "ŵ"},  {'^', 'y', "ŷ"},  {'^', 'z', "ẑ"},  {'^', 'A', "Â"},  {'^', 'C', "Ĉ"},
	{'^', 'E', "Ê"},  {'^', 'G', "Ĝ"},  {'^', 'H', "Ĥ"},  {'^', 'I', "Î"},  {'^', 'J', "Ĵ"},
	{'^', 'O', "Ô"},  {'^', 'S', "Ŝ"},  {'^', 'U', "Û"},  {'^', 'W', "Ŵ"},  {'^', 'Y', "Ŷ"},
	{'^', 'Z', "Ẑ"},  {'~', 'a', "ã"},  {'~', 'e', "ẽ"},  {'~', 'i', "ĩ"},  {'~', 'n', "ñ"},
	{'~', 'o', "õ"},  {'~', 'u', "ũ"},  {'~', 'v', "ṽ"},  {'~', 'y', "ỹ"},  {'~', 'A', "Ã"},
	{'~', 'E', "Ẽ"},  {'~', 'I', "Ĩ"},  {'~', 'N', "Ñ"},  {'~', 'O', "Õ"},  {'~', 'U', "Ũ"},
	{'~', 'V', "Ṽ"},  {'~', 'Y', "Ỹ"},  {'"', 'a', "ä"},  {'"', 'e', "ë"},  {'"', 'h', "ḧ"},
	{'"', 'i', "ï"},  {'"', 'o', "ö"},  {'"', 't', "ẗ"},  {'"', 'u', "ü"},  {'"', 'w', "ẅ"},
	{'"', 'x', "ẍ"},  {'"', 'y', "ÿ"},  {'"', 'A', "Ä"},  {'"', 'E', "Ë"},  {'"', 'H', "Ḧ"},
	{'"', 'I', "Ï"},  {'"', 'O', "Ö"},  {'"', 'U', "Ü"},  {'"', 'W', "Ẅ"},  {'"', 'X', "Ẍ"},
	{'"', 'Y', "Ÿ"},  {'=', 'a', "ā"},  {'=', 'e', "ē"},  {'=', 'g', "ḡ"},  {'=', 'i', "ī"},
	{'=', 'o', "ō"},  {'=', 'u', "ū"},  {'=', 'y', "ȳ"},  {'=', 'A', "Ā"},  {'=', 'E', "Ē"},
	{'=', 'G', "Ḡ"},  {'=', 'I', "Ī"},  {'=', 'O', "Ō"},  {'=', 'U', "Ū"},  {'=', 'Y', "Ȳ"},
	{'.', 'a', "ȧ"},  {'.', 'b', "ḃ"},  {'.', 'c', "ċ"},  {'.', 'd', "ḋ"},  {'.', 'e', "ė"},
	{'.', 'f', "ḟ"},  {'.', 'g', "ġ"},  {'.', 'h', "ḣ"},  {'.', 'm', "ṁ"},  {'.', 'n', "ṅ"},
	{'.', 'o', "ȯ"},  {'.', 'p', "ṗ"},  {'.', 'r', "ṙ"},  {'.', 's', "ṡ"},  {'.', 't', "ṫ"},
	{'.', 'w', "ẇ"},  {'.', 'x', "ẋ"},  {'.', 'y', "ẏ"},  {'.', 'z', "ż"},  {'.', 'A', "Ȧ"},
	{'.', 'B', "Ḃ"},  {'.', 'C', "Ċ"},  {'.', 'D', "Ḋ"},  {'.', 'E', "Ė"},  {'.', 'F', "Ḟ"},
	{'.', 'G', "Ġ"},  {'.', 'H', "Ḣ"},  {'.', 'I', "İ"},  {'.', 'M', "Ṁ"},  {'.', 'N', "Ṅ"},
	{'.', 'O', "Ȯ"},  {'.', 'P', "Ṗ"},  {'.', 'R', "Ṙ"},  {'.', 'S', "Ṡ"},  {'.', 'T', "Ṫ"},
	{'.', 'W', "Ẇ"},  {'.', 'X', "Ẋ"},  {'.', 'Y', "Ẏ"},  {'.', 'Z', "Ż"},  {'u', 'a', "ă"},
	{'u', 'e', "ĕ"},  {'u', 'g', "ğ"},  {'u', 'i', "ĭ"},  {'u', 'o', "ŏ"},  {'u', 'u', "ŭ"},
	{'u', 'A', "Ă"},  {'u', 'E', "Ĕ"},  {'u', 'G', "Ğ"},  {'u', 'I', "Ĭ"},  {'u', 'O', "Ŏ"},
	{'u', 'U', "Ŭ"},  {'v', 'a', "ǎ"},  {'v', 'c', "č"},  {'v', 'd', "ď"},  {'v', 'e', "ě"},
	{'v', 'g', "ǧ"},  {'v', 'h', "ȟ"},  {'v', 'i', "ǐ"},  {'v', 'j', "ǰ"},  {'v', 'k', "ǩ"},
	{'v', 'l', "ľ"},  {'v', 'n', "ň"},  {'v', 'o', "ǒ"},  {'v', 'r', "ř"},  {'v', 's', "š"},
	{'v', 't', "ť"},  {'v', 'u', "ǔ"},  {'v', 'z', "ž"},  {'v', 'A', "Ǎ"},  {'v', 'C', "Č"},
	{'v', 'D', "Ď"},  {'v', 'E', "Ě"},  {'v', 'G', "Ǧ"},  {'v', 'H', "Ȟ"},  {'v', 'I', "Ǐ"},
	{'v', 'K', "Ǩ"},  {'v', 'L', "Ľ"},  {'v', 'N', "Ň"},  {'v', 'O', "Ǒ"},  {'v', 'R', "Ř"},
	{'v', 'S', "Š"},  {'v', 'T', "Ť"},  {'v', 'U', "Ǔ"},  {'v', 'Z', "Ž"},  {'H', 'o', "ő"},
	{'H', 'u', "ű"},  {'H', 'O', "Ő"},  {'H', 'U', "Ű"},  {'c', 'c', "ç"},  {'c', 'd', "ḑ"},
	{'c', 'e', "ȩ"},  {'c', 'g', "ģ"},  {'c', 'h', "ḩ"},  {'c', 'k', "ķ"},  {'c', 'l', "ļ"},
	{'c', 'n', "ņ"},  {'c', 'r', "ŗ"},  {'c', 's', "ş"},  {'c', 't', "ţ"},  {'c', 'C', "Ç"},
	{'c', 'D', "Ḑ"},  {'c', 'E', "Ȩ"},  {'c', 'G', "Ģ"},  {'c', 'H', "Ḩ"},  {'c', 'K', "Ķ"},
	{'c', 'L', "Ļ"},  {'c', 'N', "Ņ"},  {'c', 'R', "Ŗ"},  {'c', 'S', "Ş"},  {'c', 'T', "Ţ"},
	{'k', 'a', "ą"},  {'k', 'e', "ę"},  {'k', 'i', "į"},  {'k', 'o', "ǫ"},  {'k', 'u', "ų"},
	{'k', 'A', "Ą"},  {'k', 'E', "Ę"},  {'k', 'I', "Į"},  {'k', 'O', "Ǫ"},  {'k', 'U', "Ų"},
	{'r', 'a', "å"},  {'r', 'u', "ů"},  {'r', 'w', "ẘ"},  {'r', 'y', "ẙ"},  {'r', 'A', "Å"},
	{'r', 'U', "Ů"},  {'d', 'a', "ạ"},  {'d', 'b', "ḅ"},  {'d', 'd', "ḍ"},  {'d', 'e', "ẹ"},
	{'d', 'h', "ḥ"},  {'d', 'i', "ị"},  {'d', 'k', "ḳ"},  {'d', 'l', "ḷ"},  {'d', 'm', "ṃ"},
	{'d', 'n', "ṇ"},  {'d', 'o', "ọ"},  {'d', 'r', "ṛ"},  {'d', 's', "ṣ"},  {'d', 't', "ṭ"},
	{'d', 'u', "ụ"},  {'d', 'v', "ṿ"},  {'d', 'w', "ẉ"},  {'d', 'y', "ỵ"},  {'d', 'z', "ẓ"},
	{'d', 'A', "Ạ"},  {'d', 'B', "Ḅ"},  {'d', 'D', "Ḍ"},  {'d', 'E', "Ẹ"},  {'d', 'H', "Ḥ"},
	{'d', 'I', "Ị"},  {'d', 'K', "Ḳ"},  {'d', 'L', "Ḷ"},  {'d', 'M', "Ṃ"},  {'d', 'N', "Ṇ"},
	{'d', 'O', "Ọ"},  {'d', 'R', "Ṛ"},  {'d', 'S', "Ṣ"},  {'d', 'T', "Ṭ"},  {'d', 'U', "Ụ"},
	{'d', 'V', "Ṿ"},  {'d', 'W', "Ẉ"},  {'d', 'Y', "Ỵ"},  {'d', 'Z', "Ẓ"},  {'b', 'b', "ḇ"},
	{'b', 'd', "ḏ"},  {'b', 'h', "ẖ"},  {'b', 'k', "ḵ"},  {'b', 'l', "ḻ"},  {'b', 'n', "ṉ"},
	{'b', 'r', "ṟ"},  {'b', 't', "ṯ"},  {'b', 'z', "ẕ"},  {'b', 'B', "Ḇ"},  {'b', 'D', "Ḏ"},
	{'b', 'K', "Ḵ"},  {'b', 'L', "Ḻ"},  {'b', 'N', "Ṉ"},  {'b', 'R', "Ṟ"},  {'b', 'T', "Ṯ"},
	{'b', 'Z', "Ẕ"},
};

typedef struct symbol
{
	const char *name, *character;
} symbol;

static const symbol symbols[] = {
	{"ss", "ß"},
	{"o", "ø"},
	{"O", "Ø"},
	{"l", "ł"},
	{"L", "Ł"},
	{"ae", "æ"},
	{"AE", "Æ"},
	{"oe", "œ"},
	{"OE", "Œ"},
	{"aa", "å"},
	{"AA", "Å"},
	{"i", "ı"},
	{"j", "ȷ"},
	{"dh", "ð"},
	{"DH", "Ð"},
	{"th", "þ"},
	{"TH", "Þ"},
	{"dj", "đ"},
	{"DJ", "Đ"},
	{"ng", "ŋ"},
	{"NG", "Ŋ"},
	{"textendash", "–"},
	{"textemdash", "—"},
	{"textquoteright", "’"},
	{"textquoteleft", "‘"},
	{"textquotedblleft", "“"},
	{"textquotedblright", "”"},
	{"textquotesingle", "'"},
	{"textquotedbl", "\""},
	{"textasciitilde", "~"},
	{"textasciicircum", "^"},
	{"textbackslash", "\\"},
	{"textbar", "|"},
	{"textless", "<"},
	{"textgreater", ">"},
	{"textunderscore", "_"},
	{"textdollar", "$"},
	{"textbraceleft", "{"},
	{"textbraceright", "}"},
	{"textregistered", "®"},
	{"texttrademark", "™"},
	{"textcopyright", "©"},
	{"textdegree", "°"},
	{"textmu", "µ"},
	{"textperiodcentered", "·"},
	{"textbullet", "•"},
	{"ldots", "…"},
	{"dots", "…"},
	{"textellipsis", "…"},
	{"pounds", "£"},
	{"texteuro", "€"},
	{"S", "§"},
	{"P", "¶"},
	{"copyright", "©"},
	{"slash", "/"},
	{"backslash", "\\"},
	{"times", "×"},
	{"pm", "±"},
	{"leq", "≤"},
	{"le", "≤"},
	{"geq", "≥"},
	{"ge", "≥"},
	{"neq", "≠"},
	{"approx", "≈"},
	{"sim", "∼"},
	{"cdot", "·"},
	{"rightarrow", "→"},
	{"to", "→"},
	{"leftarrow", "←"},
	{"leftrightarrow", "↔"},
	{"infty", "∞"},
	{"circ", "°"},
	{"degree", "°"},
	{"prime", "′"},
	{"alpha", "α"},
	{"beta", "β"},
	{"gamma", "γ"},
	{"delta", "δ"},
	{"epsilon", "ε"},
	{"varepsilon", "ε"},
	{"zeta", "ζ"},
	{"eta", "η"},
	{"theta", "θ"},
	{"iota", "ι"},
	{"kappa", "κ"},
	{"lambda", "λ"},
	{"mu", "μ"},
	{"nu", "ν"},
	{"xi", "ξ"},
	{"pi", "π"},
	{"rho", "ρ"},
	{"sigma", "σ"},
	{"tau", "τ"},
	{"upsilon", "υ"},
	{"phi", "φ"},
	{"varphi", "φ"},
	{"chi", "χ"},
	{"psi", "ψ"},
	{"omega", "ω"},
	{"Gamma", "Γ"},
	{"Delta", "Δ"},
	{"Theta", "Θ"},
	{"Lambda", "Λ"},
	{"Xi", "Ξ"},
	{"Pi", "Π"},
	{"Sigma", "Σ"},
	{"Phi", "Φ"},
	{"Psi", "Ψ"},
	{"Omega", "Ω"},
	{"TeX", "TeX"},
	{"LaTeX", "LaTeX"},
};

/* Commands of typeface and spacing: what they are applied to stays. */
static const char dropped[] =
	" textit textbf textsc textrm textsf texttt textnormal textup textsl textmd textsuperscript "
	"textsubscript emph it bf sc rm sf tt sl em "
	"mathrm mathbf mathit mathsf mathcal mathbb text mbox hbox uppercase lowercase noopsort ensuremath url "
	"href protect relax "
	"bibinfo natexlab small large underline enquote mkbibemph mkbibquote left right ";

static const char *const superscripts[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
static const char *const subscripts[] = {"₀", "₁", "₂", "₃", "₄", "₅", "₆", "₇", "₈", "₉"};

typedef struct decoder
{
	const char *p, *end;
	buffer *out;
	bool formula;
} decoder;

static void decode(decoder *d, const char *end);

/* The end of the group that opens at p, just behind its brace; end when it does not close. */
static const char *
group_end(const char *p, const char *end)
{
	int depth = 0;

	for (; p < end; p++)
	{
		if (*p == '\\' && p + 1 < end)
			p++;
		else if (*p == '{')
			depth++;
		else if (*p == '}' && --depth == 0)
			return p + 1;
	}
	return end;
}

static const char *
composition(char accent, char letter)
{
	for (size_t i = 0; i < sizeof compositions / sizeof *compositions; i++)
		if (compositions[i].accent == accent && compositions[i].letter == letter)
			return compositions[i].character;
	return NULL;
}

/* What an accent stands over: a letter, {letter}, \i or {\i}.  '\0' when it is none of these; *after is
 * behind it. */
static char
accent_base(const char *p, const char *end, const char **after)
{
	const char *close = end;
	bool group = p < end && *p == '{';
	char base = '\0';

	if (group)
	{
		close = group_end(p, end);
		p++;
	}
	while (p < end && *p == ' ')
		p++;
	if (p < end && *p == '\\' && p + 1 < end && (p[1] == 'i' || p[1] == 'j') &&
		(p + 2 == end || !isalpha((unsigned char) p[2])))
	{
		base = p[1];
		p += 2;
		while (!group && p < end && *p == ' ')
			p++;
	}
	else if (p < end && isalpha((unsigned char) *p))
		base = *p++;
	if (group && base != '\0' && (p >= end || *p != '}'))
		base = '\0';
	*after = group ? close : p;
	return base;
}

static bool
take_accent(decoder *d)
{
	static const char marks[] = "`'^~\"=.", letters[] = "uvHckrdb";
	char accent = d->p[1], base;
	const char *after = d->p + 2, *character;

	if (strchr(marks, accent) == NULL &&
		!(strchr(letters, accent) != NULL && after < d->end && !isalpha((unsigned char) *after)))
		return false;
	base = accent_base(after, d->end, &after);
	character = base == '\0' ? NULL : composition(accent, base);
	if (character == NULL)
		return false;
	buffer_text(d->out, character);
	d->p = after;
	return true;
}

static const char *
find_symbol(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
		if (strlen(symbols[i].name) == length && memcmp(symbols[i].name, name, length) == 0)
			return symbols[i].character;
	return NULL;
}

static bool
is_dropped(const char *name, size_t length)
{
	char padded[40];

	if (length > sizeof padded - 3)
		return false;
	padded[0] = ' ';
	memcpy(padded + 1, name, length);
	padded[length + 1] = ' ';
	padded[length + 2] = '\0';
	return strstr(dropped, padded) != NULL;
}

/* A command of letters at d->p. */
static void
take_word(decoder *d)
{
	const char *name = d->p + 1, *after = name, *character;

	while (after < d->end && isalpha((unsigned char) *after))
		after++;
	character = find_symbol(name, (size_t) (after - name));
	if (character == NULL && !is_dropped(name, (size_t) (after - name)))
	{
		buffer_add(d->out, d->p, (size_t) (after - d->p));
		d->p = after;
		return;
	}
	if (character != NULL)
		buffer_text(d->out, character);
	/* The blank that ends a command is no text; "{}" behind it neither. */
	while (after < d->end && *after == ' ')
		after++;
	if (d->end - after >= 2 && after[0] == '{' && after[1] == '}')
		after += 2;
	d->p = after;
}

static void
take_command(decoder *d)
{
	char c = d->p + 1 < d->end ? d->p[1] : '\0';

	if (c == '\0')
	{
		buffer_byte(d->out, *d->p++);
		return;
	}
	if (take_accent(d))
		return;
	if (isalpha((unsigned char) c))
	{
		take_word(d);
		return;
	}
	if (strchr("&%$#_{}", c) != NULL)
		buffer_byte(d->out, c);
	else if (c == '~')
		buffer_text(d->out, "~");
	else if (c == ' ' || c == ',' || c == ';' || c == '\n')
		buffer_byte(d->out, ' ');
	else if (c == '\\')
		buffer_byte(d->out, '\\');
	else if (c != '-' && c != '/')
	{
		buffer_byte(d->out, '\\');
		d->p++;
		return;
	}
	d->p += 2;
}

/* ^{...} and _{...} of a formula. */
static void
take_script(decoder *d)
{
	const char *const *digits = *d->p == '^' ? superscripts : subscripts;
	const char *from = d->p + 1, *to = from < d->end && *from == '{' ? group_end(from, d->end)
									   : from < d->end               ? from + 1
																	 : from;
	buffer inner = {0};
	decoder in = {.p = from, .out = &inner, .formula = true};

	decode(&in, to);
	for (const char *p = inner.data ? inner.data : ""; *p; p++)
	{
		if (isdigit((unsigned char) *p))
			buffer_text(d->out, digits[*p - '0']);
		else if (*p == '+' || *p == '-')
			buffer_text(d->out, *p == '+'                ? (digits == superscripts ? "⁺" : "₊")
								: digits == superscripts ? "⁻"
														 : "₋");
		else
			buffer_byte(d->out, *p);
	}
	d->p = to;
	buffer_free(&inner);
}

static void
decode(decoder *d, const char *end)
{
	d->end = end;
	while (d->p < end)
	{
		char c = *d->p;

		if (c == '\\')
			take_command(d);
		else if (c == '{' || c == '}')
			d->p++;
		else if (c == '$')
		{
			d->formula = !d->formula;
			d->p++;
		}
		else if (d->formula && (c == '^' || c == '_'))
			take_script(d);
		else if (c == '~')
		{
			buffer_text(d->out, "\xc2\xa0");
			d->p++;
		}
		else if (c == '-' && end - d->p >= 3 && memcmp(d->p, "---", 3) == 0)
		{
			buffer_text(d->out, "—");
			d->p += 3;
		}
		else if (c == '-' && end - d->p >= 2 && d->p[1] == '-')
		{
			buffer_text(d->out, "–");
			d->p += 2;
		}
		else if ((c == '`' || c == '\'') && end - d->p >= 2 && d->p[1] == c)
		{
			buffer_text(d->out, c == '`' ? "“" : "”");
			d->p += 2;
		}
		else
			buffer_byte(d->out, *d->p++);
	}
}

void
latex_decode(const char *text, size_t length, buffer *out)
{
	decoder d = {.p = text, .out = out};

	decode(&d, text + length);
}
