/* token.c - see token.h: the words, and how a text is cut. */
#include "catalogue/token.h"

#include <string.h>
#include <utf8proc.h>

/* Words of a kind, separated by blanks; folded as glyphs are. */
typedef struct word_list
{
	psy_token_kind kind;
	int value;
	const char *words;
} word_list;

static const word_list latin[] = {
	{PSY_TOKEN_SIDE, PSY_SIDE_BILATERAL, "bilateral bilaterally bilat both"},
	{PSY_TOKEN_SIDE, PSY_SIDE_LEFT, "left l lt"},
	{PSY_TOKEN_SIDE, PSY_SIDE_RIGHT, "right r rt"},
	{PSY_TOKEN_SIDE, PSY_SIDE_UNILATERAL, "unilateral unilaterally"},
	{PSY_TOKEN_SIDE, PSY_SIDE_AFFECTED, "affected"},
	{PSY_TOKEN_SIDE, PSY_SIDE_UNAFFECTED, "unaffected contralateral"},
	{PSY_TOKEN_SIDE, PSY_SIDE_ALTERNATING, "alternating alternately"},
	{PSY_TOKEN_ALL, 0, "all each"},
	{PSY_TOKEN_ROLE, PSY_ROLE_MAIN, "main primary principal core basic major"},
	{PSY_TOKEN_ROLE, PSY_ROLE_ADJUNCT,
	 "adjunct adjunctive adjuvant supplementary secondary additional auxiliary accessory "
	 "supplemental minor"},
	{PSY_TOKEN_ADD, 0, "add added adding plus"},
	{PSY_TOKEN_FOR, 0, "for if"},
	{PSY_TOKEN_PATTERN, 0,
	 "deficiency stagnation syndrome syndromes pattern patterns excess hyperactivity insufficiency "
	 "disharmony obstruction stasis"},
	{PSY_TOKEN_EAR, 0, "auricular ear ears auriculotherapy auriculoacupuncture"},
	{PSY_TOKEN_BESIDE, PSY_BETWEEN, "between midway midpoint"},
	{PSY_TOKEN_BESIDE, 0,
	 "sham placebo non nonacupoint nonacupoints nonpoint nonpoints lateral medial near beside below above "
	 "from adjacent away distal proximal superior inferior anterior posterior caudal cranial ventral dorsal "
	 "not no without except avoid excluded excluding channel meridian score scores scale item"},
	{PSY_TOKEN_TO, 0, "to through thru"},
	{PSY_TOKEN_OR, 0, "or"},
	{PSY_TOKEN_AND, 0, "and with"},
	{PSY_TOKEN_NOTE, 0,
	 "acupuncture acupoint acupoints point points needle needles needling needled electroacupuncture electro "
	 "ea ma manual "
	 "stimulation stimulated at the a an of in on by as were was is are be been used using use selected "
	 "select chosen include "
	 "included including includes such following applied inserted insertion retained retention into received "
	 "group treatment "
	 "treated traditional chinese medicine scalp line lines area areas region electrode electrodes pair "
	 "pairs connected "
	 "either one two three four five six eight ten side sides part parts body local depth deep angle "
	 "perpendicular "
	 "perpendicularly oblique obliquely transverse transversely horizontal horizontally subcutaneous "
	 "subcutaneously deqi de qi "
	 "sensation even method reinforcing reducing twirling rotating lifting thrusting min mins minute minutes "
	 "hour hours s sec "
	 "second seconds hz khz ma v mm cm cun ms us times time day days week weeks weekly daily session "
	 "sessions per once twice "
	 "every approximately about total also respectively then continuous wave dense disperse frequency "
	 "intensity current mode "
	 "moxibustion moxa warm warming press tack pellets seeds taping combined combination based filiform "
	 "sterile disposable "
	 "plum blossom cupping laser stimulator same simultaneously first second third next other others etc "
	 "needled we "
	 "jin's jins who standard located location locations code codes prescription formula regimen consisted "
	 "consisting of "
	 "chosen punctured puncture puncturing given delivered performed administered specific special fixed set "
	 "up main's"},
};

static const word_list han[] = {
	{PSY_TOKEN_SIDE, PSY_SIDE_BILATERAL, "双侧 双 两侧 双边 左右"},
	{PSY_TOKEN_SIDE, PSY_SIDE_LEFT, "左侧 左 左边 左耳"},
	{PSY_TOKEN_SIDE, PSY_SIDE_RIGHT, "右侧 右 右边 右耳"},
	{PSY_TOKEN_SIDE, PSY_SIDE_UNILATERAL, "单侧 一侧"},
	{PSY_TOKEN_SIDE, PSY_SIDE_AFFECTED, "患侧"},
	{PSY_TOKEN_SIDE, PSY_SIDE_UNAFFECTED, "健侧 对侧"},
	{PSY_TOKEN_SIDE, PSY_SIDE_ALTERNATING, "左右交替 双侧交替 两侧交替"},
	{PSY_TOKEN_ALL, 0, "均 均取 均为 皆 皆取 以上穴位 以上诸穴 以上各穴 诸穴 都 都取"},
	{PSY_TOKEN_ROLE, PSY_ROLE_MAIN,
	 "主穴 为主穴 主要穴位 主要取穴 主要腧穴 主穴取 基本穴 基础穴 基础方 主方 基本处方"},
	{PSY_TOKEN_ROLE, PSY_ROLE_ADJUNCT,
	 "配穴 为配穴 为辅穴 辅穴 辅助穴 次穴 辅以 佐以 配穴取 辅助取穴 辅助穴位 次要穴位"},
	{PSY_TOKEN_ROLE, PSY_ROLE_SYNDROME,
	 "随证配穴 随症配穴 辨证配穴 随证加减 随症加减 辨证加减 辨证取穴 辨证选穴 随证取穴 随症取穴 "
	 "辨证施治 对症取穴 对症配穴 加减"},
	{PSY_TOKEN_ADD, 0, "加 加用 加取 加刺 加针 加配 配以 另加 酌加 增加"},
	{PSY_TOKEN_PATTERN, 0, "型 证 症 者 证型 证者"},
	{PSY_TOKEN_EAR, 0, "耳穴 耳针 耳穴贴压 耳穴压豆 耳穴压丸 耳穴埋豆 耳压 耳穴埋针 耳穴刺激 耳部穴位 耳廓"},
	{PSY_TOKEN_BESIDE, PSY_BETWEEN, "连线 中点 之间 连线中点 中间"},
	{PSY_TOKEN_BESIDE, 0,
	 "旁开 旁 上方 下方 非穴 非穴位 非经 非经非穴 假穴 假针 假针刺 附近 外侧 内侧 经 经穴 "
	 "不取 不用 除"},
	{PSY_TOKEN_TO, 0, "至 到"},
	{PSY_TOKEN_OR, 0, "或 或者 或取"},
	{PSY_TOKEN_AND, 0, "和 与 及 以及 并 透 透刺 透向 配 接 连 兼取 兼"},
	{PSY_TOKEN_NOTE, 0,
	 "取 选 用 选取 选用 取穴 选穴 穴 穴位 腧穴 穴取 穴区 等 等穴 等穴位 各 各穴 为 以 为主 主 针刺 电针 针 "
	 "刺 毫针 毫针刺 体针 头针 头皮针 温针 温针灸 艾灸 灸 隔姜灸 隔盐灸 "
	 "隔药灸 雷火灸 埋线 揿针 皮内针 拔罐 点刺 放血 推拿 按揉 穴位注射 留针 起针 出针 行针 得气 得气后 "
	 "得气为度 平补平泻 平补平泻法 补法 泻法 补 泻 先 后 再 然后 每日 每天 每周 每次 "
	 "隔日 直刺 斜刺 平刺 横刺 沿皮刺 进针 提捏进针 捻转 提插 捻转提插 手法 温和灸 疏密波 连续波 断续波 "
	 "接电针仪 通电 频率 强度 深度 耳神 同时 交替 交替使用 交替取穴 一组 二组 组 两组 "
	 "次 分 分钟 常规 常规消毒 常规针刺 主要 分别 治疗 采用 给予 予 进行 及其 开 区 处 点 线 部位 穴组 采取 "
	 "如下 具体 方法 操作 患者 取仰卧位 仰卧位 坐位 俯卧位 快速 缓慢 向 刺入 约 左右各 "
	 "其中 的 在 于 对 选择 处方 组方 组成 包括 即 共 透穴 针法 治法 施以 施 法 两针 一针 四针 三针 两穴 "
	 "二穴 三穴 一对 行"},
};

static const char units[] =
	" min mins minute minutes h hour hours hz khz ma v mm cm cun s sec secs second seconds ms us μs times "
	"time week weeks day days month months session sessions x needle needles point points acupoints sites "
	"分钟 分 小时 赫兹 毫安 毫米 厘米 寸 秒 毫秒 次 周 天 日 月 个月 疗程 壮 穴 针 支 根 度 组 个 号 例 ";

/* The list that has a word, or NULL. */
static const word_list *
find_word(const word_list *lists, size_t count, const char *word, size_t length)
{
	for (size_t k = 0; k < count; k++)
		for (const char *at = lists[k].words; *at != '\0';)
		{
			size_t n = strcspn(at, " ");

			if (n == length && memcmp(at, word, n) == 0)
				return &lists[k];
			at += n + strspn(at + n, " ");
		}
	return NULL;
}

typedef struct cutter
{
	const psy_lexicon *lexicon;
	const psy_glyph *glyph;
	size_t count;
} cutter;

static psy_glyph_class
class_at(const cutter *c, size_t k)
{
	return k < c->count ? psy_glyph_class_of(c->glyph[k].character) : PSY_GLYPH_OTHER;
}

static uint32_t
character_at(const cutter *c, size_t k)
{
	return k < c->count ? c->glyph[k].character : 0;
}

/* Glyphs as UTF-8; the number of bytes, 0 when it is too long to be a word. */
static size_t
spell(const cutter *c, size_t at, size_t glyphs, char *word, size_t size)
{
	size_t n = 0;

	for (size_t k = at; k < at + glyphs; k++)
	{
		if (n + 5 > size)
			return 0;
		n += (size_t) utf8proc_encode_char((utf8proc_int32_t) c->glyph[k].character,
										   (utf8proc_uint8_t *) word + n);
	}
	word[n] = '\0';
	return n;
}

/* Letters and digits without anything between, and an apostrophe between letters. */
static size_t
word_length(const cutter *c, size_t at)
{
	size_t end = at;

	while (class_at(c, end) == PSY_GLYPH_LETTER || class_at(c, end) == PSY_GLYPH_DIGIT ||
		   (character_at(c, end) == '\'' && end > at && class_at(c, end + 1) == PSY_GLYPH_LETTER))
		end++;
	return end - at;
}

static bool
is_unit(const cutter *c, size_t at, size_t glyphs)
{
	char text[80];
	size_t n = spell(c, at, glyphs, text + 1, sizeof text - 2);

	if (n == 0)
		return false;
	text[0] = ' ';
	text[n + 1] = ' ';
	text[n + 2] = '\0';
	return strstr(units, text) != NULL;
}

/* Digits with . - ~ / : between digits, × between numbers; then perhaps a unit.  *has_unit tells. */
static size_t
number_length(const cutter *c, size_t at, bool *has_unit)
{
	size_t end = at, unit;

	for (;;)
	{
		uint32_t ch = character_at(c, end);

		if (class_at(c, end) != PSY_GLYPH_DIGIT &&
			!(ch != 0 && ch < 0x80 && strchr(".-~/:*x", (int) ch) != NULL &&
			  class_at(c, end + 1) == PSY_GLYPH_DIGIT))
			break;
		end++;
	}
	unit = end;
	while (character_at(c, unit) == ' ')
		unit++;
	*has_unit = false;
	for (size_t n = class_at(c, unit) == PSY_GLYPH_HAN ? 2 : word_length(c, unit); n > 0 && !*has_unit; n--)
		if (unit + n <= c->count && is_unit(c, unit, n))
		{
			*has_unit = true;
			end = unit + n;
		}
		else if (class_at(c, unit) != PSY_GLYPH_HAN)
			break;
	if (!*has_unit && (character_at(c, end) == '%' || character_at(c, end) == 0xB0))
	{
		*has_unit = true;
		end++;
	}
	return end - at;
}

/* The longest known Chinese word, up to 8 characters. */
static size_t
han_word(const cutter *c, size_t at, const word_list **list)
{
	size_t run = 0;
	char word[64];

	while (run < 8 && class_at(c, at + run) == PSY_GLYPH_HAN)
		run++;
	for (; run > 0; run--)
	{
		size_t n = spell(c, at, run, word, sizeof word);

		*list = find_word(han, sizeof han / sizeof *han, word, n);
		if (*list != NULL)
			return run;
	}
	return 0;
}

static void
set_point(psy_token *t, const psy_meaning *meaning, size_t meanings)
{
	const char *alias = meaning->alias;

	t->kind = PSY_TOKEN_POINT;
	t->meaning = meaning;
	t->meanings = meanings;
	t->ear_named = strncmp(alias, "auricular", 9) == 0;
	t->single_letter = alias[0] >= 'a' && alias[0] <= 'z' && alias[1] >= '0' && alias[1] <= '9';
}

/* A Latin word, or a number: what it is, and how long. */
static void
cut_latin(const cutter *c, psy_token *t)
{
	char word[64];
	size_t length = word_length(c, t->at), n;
	const word_list *list;
	bool has_unit;

	if (class_at(c, t->at) == PSY_GLYPH_DIGIT)
	{
		t->glyphs = number_length(c, t->at, &has_unit);
		t->kind = has_unit ? PSY_TOKEN_NOTE : PSY_TOKEN_NUMBER;
		t->digits = true;
		return;
	}
	n = spell(c, t->at, length, word, sizeof word);
	t->glyphs = length;
	t->kind = PSY_TOKEN_UNKNOWN;
	list = n == 0 ? NULL : find_word(latin, sizeof latin / sizeof *latin, word, n);
	if (list != NULL)
	{
		t->kind = list->kind;
		t->value = list->value;
		return;
	}
	for (size_t k = t->at; k < t->at + length; k++)
		t->digits |= class_at(c, k) == PSY_GLYPH_DIGIT;
	if (n > 0)
	{
		const psy_meaning *near;
		size_t meanings = psy_lexicon_near(c->lexicon, word, &near);

		if (meanings > 0)
		{
			set_point(t, near, meanings);
			t->typo = true;
		}
	}
}

static void
cut_word(const cutter *c, psy_token *t)
{
	const psy_meaning *meaning;
	const word_list *list = NULL;
	size_t in_lexicon = 0, known = 0, meanings;
	bool is_han = class_at(c, t->at) == PSY_GLYPH_HAN;

	meanings = psy_lexicon_longest(c->lexicon, c->glyph, c->count, t->at, &in_lexicon, &meaning);
	if (is_han)
		known = han_word(c, t->at, &list);
	else
	{
		cut_latin(c, t);
		known = t->glyphs;
	}
	if (meanings > 0 && meaning->ear && t->kind == PSY_TOKEN_NOTE && in_lexicon > known && !is_han)
		return; /* at 2 Hz: no point AT2 */
	if (meanings > 0 && in_lexicon >= known)
	{
		set_point(t, meaning, meanings);
		t->typo = false;
		t->glyphs = in_lexicon;
	}
	else if (is_han)
	{
		t->kind = known > 0 ? list->kind : PSY_TOKEN_UNKNOWN;
		t->value = known > 0 ? list->value : 0;
		t->glyphs = known > 0 ? known : 1;
	}
}

/* A mark that separates; false when it is none. */
static bool
cut_mark(const cutter *c, psy_token *t)
{
	uint32_t ch = character_at(c, t->at);

	t->glyphs = 1;
	switch (ch)
	{
		case ',':
		case 0x3001:
		case '&':
		case '+':
		case 0xFF64: t->kind = PSY_TOKEN_COMMA; return true;
		case '/':
		case '|':
		case '\\': t->kind = PSY_TOKEN_SLASH; return true;
		case '-':
		case '~':
		case 0x2192: t->kind = PSY_TOKEN_DASH; return true;
		case ';': t->kind = PSY_TOKEN_STOP; return true;
		case '.':
		case 0x3002:
		case '!':
		case '?': t->kind = PSY_TOKEN_PERIOD; return true;
		case '\n': t->kind = PSY_TOKEN_LINE; return true;
		case ':': t->kind = PSY_TOKEN_COLON; return true;
		case '(': t->kind = PSY_TOKEN_OPEN; return true;
		case ')': t->kind = PSY_TOKEN_CLOSE; return true;
		default: return false;
	}
}

/* A hyphen between two words that are no points: electro-acupuncture, non-acupoint. */
static bool
within_compound(const cutter *c, size_t at, const psy_token *before)
{
	return character_at(c, at) == '-' && at > 0 && class_at(c, at - 1) == PSY_GLYPH_LETTER &&
		   class_at(c, at + 1) == PSY_GLYPH_LETTER && before != NULL && before->kind != PSY_TOKEN_POINT;
}

psy_status
psy_tokens(const psy_context *ctx, const psy_lexicon *lexicon, const psy_glyph *glyph, size_t glyphs,
		   psy_token **token, size_t *count, psy_error *err)
{
	cutter c = {lexicon, glyph, glyphs};
	size_t n = 0;
	void *memory;
	psy_status status = psy_alloc(ctx, glyphs + 1, sizeof **token, &memory, err);

	if (status != PSY_OK)
		return status;
	*token = memory;
	for (size_t at = 0; at < glyphs && status == PSY_OK;)
	{
		psy_token t = {.at = at, .glyphs = 1};
		psy_glyph_class class = class_at(&c, at);

		if (n % 256 == 0)
			status = psy_poll(ctx, err);
		at += 1;
		if (class == PSY_GLYPH_HAN || class == PSY_GLYPH_LETTER || class == PSY_GLYPH_DIGIT)
			cut_word(&c, &t);
		else if (within_compound(&c, at - 1, n > 0 ? &(*token)[n - 1] : NULL))
			continue;
		else if (!cut_mark(&c, &t))
		{
			if (psy_glyph_joins(glyph[t.at].character))
				continue; /* a blank, a dot in the middle */
			t.kind = PSY_TOKEN_UNKNOWN;
		}
		at = t.at + t.glyphs;
		if (t.kind == PSY_TOKEN_UNKNOWN && class == PSY_GLYPH_HAN && n > 0 &&
			(*token)[n - 1].kind == PSY_TOKEN_UNKNOWN && (*token)[n - 1].at + (*token)[n - 1].glyphs == t.at)
			(*token)[n - 1].glyphs += t.glyphs;
		else
			(*token)[n++] = t;
	}
	*count = n;
	if (status != PSY_OK)
	{
		psy_release(ctx, memory);
		*token = NULL;
	}
	return status;
}
