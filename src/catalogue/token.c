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
	{PSY_TOKEN_SIDE, PSY_SIDE_BILATERAL, "bilateral bilaterally bilat bil both"},
	{PSY_TOKEN_SIDE, PSY_SIDE_LEFT, "left l lt"},
	{PSY_TOKEN_SIDE, PSY_SIDE_RIGHT, "right r rt"},
	{PSY_TOKEN_SIDE, PSY_SIDE_UNILATERAL, "unilateral unilaterally"},
	{PSY_TOKEN_SIDE, PSY_SIDE_AFFECTED, "affected"},
	{PSY_TOKEN_SIDE, PSY_SIDE_UNAFFECTED, "unaffected contralateral"},
	{PSY_TOKEN_SIDE, PSY_SIDE_ALTERNATING, "alternating"},
	{PSY_TOKEN_ALL, 0, "all each"},
	{PSY_TOKEN_ROLE, PSY_ROLE_MAIN, "main primary principal core basic major"},
	{PSY_TOKEN_ROLE, PSY_ROLE_ADJUNCT,
	 "adjunct adjunctive adjuvant supplementary secondary additional auxiliary accessory "
	 "supplemental minor optional adj supp"},
	{PSY_TOKEN_ADD, 0, "add added adding additionally supplemented"},
	{PSY_TOKEN_ADD, 1, "plus"},
	{PSY_TOKEN_FOR, 0, "for where"},
	{PSY_TOKEN_FOR, 1, "if when whenever case"},
	{PSY_TOKEN_PATTERN, 0,
	 "deficiency stagnation syndrome syndromes pattern patterns excess hyperactivity insufficiency "
	 "disharmony obstruction stasis phlegm dampness yin yang"},
	{PSY_TOKEN_EAR, 0, "auricular ear ears auriculotherapy auriculoacupuncture nada"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_BETWEEN, "between"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_MIDPOINT, "midway midpoint halfway"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_FORWARD, "without except excepting no rather"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_SHAM, "sham placebo"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_FROM, "from"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_CHANNEL, "channel channels meridian meridians"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_ALWAYS,
	 "lateral medial laterally medially near beside besides below above adjacent away off close superior "
	 "inferior "
	 "anterior posterior caudal cranial ventral dorsal dorsally rostral instead unlike "
	 "score scores scale item items subscale questionnaire"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_NOT,
	 "non nonacupoint nonacupoints nonpoint nonpoints not never neither nor avoid avoided avoiding excluded "
	 "excluding omitted omitting"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_DISTAL, "distal proximal"},
	{PSY_TOKEN_LOCATED, 0, "located situated lies lying"},
	{PSY_TOKEN_LAST, 1, "last latter final"},
	{PSY_TOKEN_LAST, 2, "first former"},
	{PSY_TOKEN_TO, 0, "to through thru"},
	{PSY_TOKEN_TOWARD, 0, "toward towards"},
	{PSY_TOKEN_OR, 0, "or alternatively"},
	{PSY_TOKEN_AND, 0, "and with"},
	{PSY_TOKEN_STOP, 0, "but while whereas whilst however"},
	{PSY_TOKEN_NOTE, PSY_NOTE_PLACE,
	 "acupoint acupoints point points location locations site sites spot spots area areas region regions"},
	{PSY_TOKEN_NOTE, PSY_NOTE_CHOOSE, "selected select chosen choose selecting choosing selection"},
	{PSY_TOKEN_NOTE, PSY_NOTE_WIRE,
	 "electrode electrodes pair pairs paired connected connecting current electroacupuncture ea stimulator "
	 "electrical electric wires leads clips alligator pole poles anode cathode penetrating penetrated "
	 "penetration threading threaded joining "
	 "joined"},
	{PSY_TOKEN_NOTE, PSY_NOTE_WHO,
	 "patients patient those participants participant subjects individuals cases persons who whose women "
	 "men"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 1, "one single"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 2, "two"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 3, "three"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 4, "four"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 5, "five"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 6, "six"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 7, "seven"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 8, "eight"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 9, "nine"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 10, "ten"},
	{PSY_TOKEN_NOTE, PSY_NOTE_PLAIN,
	 "acupuncture needle needles needling needled electro "
	 "ma manual stimulation stimulated stimulating stimulate at the a an of in on by as were was is are be "
	 "been "
	 "used using use using include included including includes comprising comprised such following followed "
	 "applied applying "
	 "inserted insertion insert retained retention into received receive receiving group treatment "
	 "treated therapy traditional chinese medicine tcm scalp line lines which that this these it its they "
	 "them "
	 "either side sides part parts body local depth deep angle "
	 "perpendicular perpendicularly oblique obliquely transverse transversely horizontal horizontally "
	 "subcutaneous subcutaneously deqi de qi "
	 "sensation even method reinforcing reducing tonify tonified tonifying drained disperse dispersed "
	 "twirling "
	 "rotating lifting thrusting min mins "
	 "minute minutes hour hours s sec second seconds hz khz v mm cm cun ms us time times day days week weeks "
	 "weekly daily session sessions per once twice every approximately about total also respectively then "
	 "continuous wave dense frequency intensity mode arm arms leg legs foot feet hand hands wrist wrists "
	 "ankle "
	 "moxibustion moxa warm warming press tack pellets seeds taping combined combination based filiform "
	 "sterile disposable plum blossom cupping laser same simultaneously third other others etc we well "
	 "jin's jins who standard code codes prescription formula regimen protocol consisted consisting "
	 "punctured puncture puncturing given delivered performed administered specific special fixed set "
	 "up main's namely i.e together only direction backward backwards downward downwards upward upwards "
	 "forward forwards "
	 "inward inwards outward outwards alternately alternate ex extra extraordinary until during before after "
	 "positive negative "
	 "acupressure applied attached placed mandatory obligatory required"},
};

static const word_list han[] = {
	{PSY_TOKEN_SIDE, PSY_SIDE_BILATERAL, "双侧 双 两侧 双边 左右 双穴 左右侧 左右两侧"},
	{PSY_TOKEN_SIDE, PSY_SIDE_LEFT, "左侧 左 左边 左耳"},
	{PSY_TOKEN_SIDE, PSY_SIDE_RIGHT, "右侧 右 右边 右耳"},
	{PSY_TOKEN_SIDE, PSY_SIDE_UNILATERAL, "单侧 一侧"},
	{PSY_TOKEN_SIDE, PSY_SIDE_AFFECTED, "患侧"},
	{PSY_TOKEN_SIDE, PSY_SIDE_UNAFFECTED, "健侧 对侧"},
	{PSY_TOKEN_SIDE, PSY_SIDE_ALTERNATING,
	 "左右交替 双侧交替 两侧交替 左右耳交替 两耳交替 双耳交替 左右侧交替 左右轮换"},
	{PSY_TOKEN_ALL, 0,
	 "均 均取 均为 皆 皆取 以上穴位 以上诸穴 以上各穴 上述穴位 上述诸穴 诸穴 都 都取 其余穴位 余穴 各取"},
	{PSY_TOKEN_ROLE, PSY_ROLE_MAIN,
	 "主穴 为主穴 为主 主要穴位 主要取穴 主要腧穴 主穴取 基本穴 基础穴 基础方 主方 基本处方 主组穴 为主组穴 "
	 "主穴位 主"},
	{PSY_TOKEN_ROLE, PSY_ROLE_ADJUNCT,
	 "配穴 为配穴 为辅穴 为辅 辅穴 辅助穴 次穴 辅以 佐以 配穴取 辅助取穴 辅助穴位 次要穴位 副穴 为副穴 为配 "
	 "为佐"},
	{PSY_TOKEN_ROLE, PSY_ROLE_SYNDROME,
	 "随证配穴 随症配穴 辨证配穴 随证加减 随症加减 辨证加减 辨证取穴 辨证选穴 随证取穴 随症取穴 "
	 "辨证施治 对症取穴 对症配穴 加减"},
	{PSY_TOKEN_ADD, 0, "加 加用 加取 加刺 加针 加配 加灸 另加 酌加 增加 再加 可加 配加"},
	{PSY_TOKEN_PATTERN, 0, "型 证 症 者 证型 证者"},
	{PSY_TOKEN_EAR, 0,
	 "耳穴 耳针 耳穴贴压 耳穴压豆 耳穴压丸 耳穴埋豆 耳压 耳穴埋针 耳穴刺激 耳部穴位 耳廓 耳豆"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_BETWEEN, "之间 中间"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_MIDPOINT, "连线 中点 连线中点"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_FORWARD, "不取 不用 除 避开 不针 不刺 未取 未用 禁针 非"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_ALWAYS,
	 "旁开 旁 上方 下方 前方 后方 附近 外侧 内侧 外侧缘 内侧缘 邻近 相邻 旁边"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_JING, "经 经穴"},
	{PSY_TOKEN_BESIDE, PSY_BESIDE_NOT, "非穴 非穴位 非穴点 非经 非经非穴 假穴 假穴位 假针刺点 假刺激点 除外"},
	{PSY_TOKEN_LOCATED, 0, "位于 位在 定位 定位于 位置"},
	{PSY_TOKEN_LAST, 1, "后"},
	{PSY_TOKEN_LAST, 2, "前"},
	{PSY_TOKEN_TO, 0, "至 到"},
	{PSY_TOKEN_TOWARD, 0, "向 朝 朝向"},
	{PSY_TOKEN_OR, 0, "或 或者 或取 或选 或用"},
	{PSY_TOKEN_AND, 0, "和 与 及 以及 并 透 透刺 透向 接 连 兼取 兼 联合"},
	{PSY_TOKEN_STOP, 0, "但 而"},
	{PSY_TOKEN_MATE, 0, "配 配取 配用"},
	{PSY_TOKEN_MATE, 1, "配合 配以 并配 并配合 兼配"},
	{PSY_TOKEN_NOTE, PSY_NOTE_EACH, "各"},
	{PSY_TOKEN_NOTE, PSY_NOTE_PLACE,
	 "原穴 络穴 郄穴 募穴 背俞穴 俞穴 下合穴 八会穴 合穴 井穴 荥穴 输穴 特定穴 八脉交会穴"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 1, "一穴 单穴"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 2, "两穴 二穴 两个穴位"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 3, "三穴 三个穴位"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 4, "四穴 四个穴位"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 5, "五穴"},
	{PSY_TOKEN_NOTE, PSY_NOTE_COUNT + 6, "六穴"},
	{PSY_TOKEN_NOTE, PSY_NOTE_WIRE, "电极 接电针仪 电针仪 通电 正极 负极 连接 电极夹 导线"},
	{PSY_TOKEN_NOTE, PSY_NOTE_PLAIN,
	 "取 选 用 选取 选用 取穴 选穴 穴 穴位 腧穴 穴取 穴区 等 等穴 等穴位 各穴 为 以 针刺 电针 针 "
	 "刺 毫针 毫针刺 体针 头针 头皮针 温针 温针灸 艾灸 灸 隔姜灸 隔盐灸 "
	 "隔药灸 雷火灸 埋线 揿针 皮内针 拔罐 点刺 放血 推拿 按揉 穴位注射 留针 起针 出针 行针 得气 "
	 "得气为度 平补平泻 平补平泻法 补法 泻法 补 泻 先 再 然后 每日 每天 每周 每次 "
	 "隔日 直刺 斜刺 平刺 横刺 沿皮刺 深刺 浅刺 向下 向上 向前 向后 斜向 进针 提捏进针 捻转 提插 捻转提插 "
	 "手法 温和灸 疏密波 "
	 "连续波 断续波 频率 强度 深度 耳神 同时 交替 交替使用 交替取穴 一组 二组 组 两组 "
	 "次 分 分钟 常规 常规消毒 常规针刺 主要 分别 治疗 采用 给予 予 予以 进行 及其 开 区 处 点 线 部位 穴组 "
	 "采取 "
	 "如下 具体 方法 操作 患者 取仰卧位 仰卧位 坐位 俯卧位 快速 缓慢 刺入 约 按摩 点按 按压 揉按 指压 叩刺 "
	 "挑刺 挑治 走罐 闪罐 刮痧 刺络 刺血 针灸 施灸 灸法 悬灸 围刺 扬刺 局部 远端 近端 双手 双足 敷贴 贴敷 "
	 "穴贴 注射 激光 照射 刺激 "
	 "其中 的 在 于 对 选择 处方 组方 组成 包括 即 共 透穴 针法 治法 施以 施 法 两针 一针 四针 三针 "
	 "时 入 不留针 不提插 不行针 不捻转 不行手法 不电针 "
	 "一对 行 由 从 将 经皮 使用 应用 任选 任选其一 任一穴 任一 其一 任选一穴 以上 上述 其余 假针刺 假针 "
	 "电刺激 置于 "
	 "贴压 仅 仅取 只取 同侧 头部 头穴 体穴 最后"},
};

static const char units[] =
	" min mins minute minutes h hour hours hz khz ma v mm cm cun s sec secs second seconds ms us μs times "
	"time week weeks day days month months session sessions x needle needles point points acupoints sites "
	"分钟 分 小时 赫兹 毫安 毫米 厘米 寸 秒 毫秒 次 周 天 日 月 个月 疗程 壮 穴 针 支 根 度 组 个 号 例 ";

static const char lengths[] = " mm cm cun inch inches 毫米 厘米 寸 ";
static const char points[] = " needle needles point points acupoints sites 穴 针 ";
/* What a sheet measures, and no point: TE 5 ms. */
static const char measured[] =
	" ms s sec mm cm hz khz mg ml ug kg g ma v min mins minutes mmhg kda days weeks years ";

/* English words, cities and names that are one edit away from a point's pinyin; searched for in a list of
 * 76,000 words. */
static const char no_typos[] =
	" ailing aiming bailing baling baying ceding cilia darling dealing denying dialing dicing doling drying "
	"dying erring "
	"failing hailing haling haying heading hedging heeding herding hewing hexing hiding holding hooding "
	"hording houdini "
	"hounding housing jailing laying liming mailing mermen miming mingling nailing nesting netting paling "
	"paying pigeon "
	"pigpen queen railing relying rending renting riming ringling sailing saying scenting sheeting shunting "
	"simian singling "
	"tailing timing tingling wailing waiting waiving walling whiling wiling yeomen yemen yemeni banyan xingu "
	"tianjin taiyuan taichung chengdu guiyang qingdao xiamen gansu xuanwu yuanyuan qiang xiang ouyang ";

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
is_among(const char *words, const cutter *c, size_t at, size_t glyphs)
{
	char text[80];
	size_t n = spell(c, at, glyphs, text + 1, sizeof text - 2);

	if (n == 0)
		return false;
	text[0] = ' ';
	text[n + 1] = ' ';
	text[n + 2] = '\0';
	return strstr(words, text) != NULL;
}

/* What a number with its unit says: a length, a number of points, or nothing. */
static int
measure_of(const cutter *c, size_t at, size_t digits, size_t unit, size_t glyphs)
{
	int count = 0;

	if (is_among(lengths, c, unit, glyphs))
		return PSY_NOTE_LENGTH;
	if (digits > 2 || !is_among(points, c, unit, glyphs))
		return PSY_NOTE_PLAIN;
	for (size_t k = at; k < at + digits; k++)
		count = 10 * count + (int) (c->glyph[k].character - '0');
	return PSY_NOTE_COUNT + count;
}

/* Digits with . - ~ / : between digits, × between numbers; then perhaps a unit.  *has_unit tells, *value what
 * it measures. */
static size_t
number_length(const cutter *c, size_t at, bool *has_unit, int *value)
{
	size_t end = at, unit, digits = 0;

	while (class_at(c, at + digits) == PSY_GLYPH_DIGIT)
		digits++;
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
		if (unit + n <= c->count && is_among(units, c, unit, n))
		{
			*has_unit = true;
			*value = measure_of(c, at, end == at + digits ? digits : 3, unit, n);
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

/* Whether a point's name begins within the word and ends behind it: 配合谷 is 配 and 合谷. */
static bool
cuts_name(const cutter *c, size_t at, size_t glyphs)
{
	for (size_t k = 1; k < glyphs; k++)
	{
		const psy_meaning *meaning;
		size_t length = 0;

		if (psy_lexicon_longest(c->lexicon, c->glyph, c->count, at + k, &length, &meaning) > 0 &&
			length > glyphs - k && length >= 2 && meaning->kind == PSY_ALIAS_CHINESE)
			return true;
	}
	return false;
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
		if (*list != NULL && !cuts_name(c, at, run))
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
	t->ear_named = meaning->ear && !meaning->weak && !meaning->ear_only && meaning->kind == PSY_ALIAS_OTHER &&
				   (strncmp(alias, "auricular", 9) == 0 || strncmp(alias, "ear", 3) == 0 ||
					strncmp(alias, "耳", 3) == 0);
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
		t->glyphs = number_length(c, t->at, &has_unit, &t->value);
		t->kind = has_unit ? PSY_TOKEN_NOTE : PSY_TOKEN_NUMBER;
		t->digits = true;
		return;
	}
	n = spell(c, t->at, length, word, sizeof word);
	t->glyphs = length;
	t->kind = PSY_TOKEN_UNKNOWN;
	list = n == 0 ? NULL : find_word(latin, sizeof latin / sizeof *latin, word, n);
	if (word[0] == 'x' && n > 1 && strspn(word + 1, "0123456789") == n - 1)
	{
		t->kind = PSY_TOKEN_NOTE; /* x2 */
		return;
	}
	if (list != NULL)
	{
		t->kind = list->kind;
		t->value = list->value;
		return;
	}
	for (size_t k = t->at; k < t->at + length; k++)
		t->digits |= class_at(c, k) == PSY_GLYPH_DIGIT;
	if (n > 0 && !is_among(no_typos, c, t->at, length))
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

/* A code that is letters, a blank and a number before a unit, or the beginning of a decimal number. */
static bool
is_measure(const cutter *c, size_t at, size_t glyphs)
{
	size_t end = at + glyphs, unit = end, n;
	bool blank = false;

	if (class_at(c, end - 1) != PSY_GLYPH_DIGIT)
		return false;
	if (character_at(c, end) == '.' && class_at(c, end + 1) == PSY_GLYPH_DIGIT)
		return true;
	for (size_t k = at; k < end; k++)
		blank |= class_at(c, k) == PSY_GLYPH_BLANK;
	while (class_at(c, unit) == PSY_GLYPH_BLANK)
		unit++;
	n = word_length(c, unit);
	if (character_at(c, unit) == '%')
		return true;
	return blank && n > 0 && is_among(measured, c, unit, n);
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
	if (meanings > 0 && meaning->kind == PSY_ALIAS_CODE && meaning->ear && t->kind == PSY_TOKEN_NOTE &&
		in_lexicon > known && !is_han)
		return; /* at 2 Hz: no point AT2 */
	if (meanings > 0 && is_measure(c, t->at, in_lexicon))
		meanings = 0; /* TE 5 ms */
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
		case '>':
		case '*':
		case '#':
		case 0x2022:
		case 0x25A0:
		case 0x25AA:
		case 0x25CF:
		case 0x25C6:
		case 0xFF64: t->kind = PSY_TOKEN_COMMA; return true;
		case '/':
		case '=':
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

/* Whether a token may number the entries of a list before a bracket: 1), a), (2). */
static bool
is_ordinal(const cutter *c, const psy_token *t)
{
	return t->kind == PSY_TOKEN_NUMBER
			   ? t->glyphs <= 2
			   : t->glyphs == 1 && class_at(c, t->at) == PSY_GLYPH_LETTER && t->kind != PSY_TOKEN_SIDE;
}

/* Makes 1) and (1) separators; the number of tokens. */
static size_t
drop_ordinal(const cutter *c, psy_token *token, size_t n, int *depth)
{
	bool open = n >= 3 && token[n - 3].kind == PSY_TOKEN_OPEN;

	if (token[n - 1].kind == PSY_TOKEN_OPEN)
		++*depth;
	if (token[n - 1].kind != PSY_TOKEN_CLOSE)
		return n;
	if (n >= 2 && (open ? token[n - 2].kind == PSY_TOKEN_NUMBER : *depth == 0) &&
		is_ordinal(c, &token[n - 2]))
	{
		psy_token_kind kind = open ? PSY_TOKEN_COMMA : PSY_TOKEN_STOP;

		n -= open ? 2 : 1;
		token[n - 1].kind = kind;
		token[n - 1].digits = false;
	}
	*depth -= *depth > 0;
	return n;
}

/* A hyphen and a word behind a strange word that it belongs to: PHQ-9, T5-T12; 0 when there is none. */
static size_t
strange_length(const cutter *c, size_t at, const psy_token *before)
{
	const psy_meaning *meaning;
	size_t alias = 0, word = word_length(c, at + 1);

	if (character_at(c, at) != '-' || word == 0 || before->kind != PSY_TOKEN_UNKNOWN ||
		before->at + before->glyphs != at || class_at(c, before->at) != PSY_GLYPH_LETTER)
		return 0;
	return psy_lexicon_longest(c->lexicon, c->glyph, c->count, at + 1, &alias, &meaning) > 0 ? 0 : 1 + word;
}

psy_status
psy_tokens(const psy_context *ctx, const psy_lexicon *lexicon, const psy_glyph *glyph, size_t glyphs,
		   psy_token **token, size_t *count, psy_error *err)
{
	cutter c = {lexicon, glyph, glyphs};
	size_t n = 0;
	int depth = 0;
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
		else if (n > 0 && (t.glyphs = strange_length(&c, at - 1, &(*token)[n - 1])) > 0)
		{
			(*token)[n - 1].glyphs += t.glyphs;
			at += t.glyphs - 1;
			continue;
		}
		else if (glyph[t.at].character == 0xD7 && class_at(&c, at) == PSY_GLYPH_DIGIT)
		{
			t.kind = PSY_TOKEN_NOTE; /* ×2 */
			t.digits = true;
			t.glyphs = 1 + word_length(&c, at);
		}
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
		n = drop_ordinal(&c, *token, n, &depth);
	}
	*count = n;
	if (status != PSY_OK)
	{
		psy_release(ctx, memory);
		*token = NULL;
	}
	return status;
}
