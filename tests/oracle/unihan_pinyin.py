#!/usr/bin/env python3
"""Writes src/catalogue/pinyin_table.h: Chinese characters -> their commonest reading in Mandarin, without tones.

    python3 tests/oracle/unihan_pinyin.py /usr/share/unicode/Unihan_Readings.txt.bz2 >src/catalogue/pinyin_table.h

The source is kMandarin of the Unicode Character Database (Debian package unicode-data; Unicode licence), version 15.0, of the
characters U+4E00..U+9FFF; of two readings the first, that of the mainland, stands.  SURNAMES are the readings that a family name has
and the character elsewhere has not (Xiandai Hanyu Cidian).  u with two dots is v, as passports wrote it until 2012 and most papers do (lv); the
passport's yu is brought to it where names are compared.
"""
import bz2
import sys
import unicodedata

FIRST, LAST = 0x4E00, 0x9FFF
SURNAMES = {'单': 'shan', '解': 'xie', '仇': 'qiu', '查': 'zha', '区': 'ou', '盖': 'ge', '朴': 'piao', '尉': 'wei', '曾': 'zeng', '任': 'ren',
            '翟': 'zhai', '缪': 'miao', '冼': 'xian', '洗': 'xian', '乐': 'yue', '员': 'yun', '召': 'shao', '晟': 'cheng', '覃': 'qin', '种': 'chong',
            '繁': 'po', '那': 'na', '哈': 'ha', '折': 'she', '黑': 'he', '秘': 'bi', '逄': 'pang', '燕': 'yan', '葛': 'ge', '华': 'hua', '纪': 'ji', '宁': 'ning',
            '於': 'yu', '应': 'ying', '訾': 'zi', '臧': 'zang', '柏': 'bai', '贾': 'jia', '邵': 'shao', '沈': 'shen', '长': 'zhang', '万': 'wan', '石': 'shi'}
COMPOUND = '欧阳 诸葛 司马 上官 夏侯 司徒 皇甫 尉迟 公孙 慕容 令狐 宇文 长孙 端木 东方 南宫 西门 轩辕 闻人 呼延 独孤 百里 东郭 赫连 澹台 公羊 拓跋 司空'


def plain(reading):
    base = unicodedata.normalize('NFD', reading.replace('ü', 'v').replace('ǖ', 'v').replace('ǘ', 'v').replace('ǚ', 'v').replace('ǜ', 'v'))
    return ''.join(c for c in base if 'a' <= c <= 'z')


reading = {}
for line in bz2.open(sys.argv[1], 'rt', encoding='utf-8'):
    field = line.rstrip('\n').split('\t')
    if line[0] != '#' and len(field) == 3 and field[1] == 'kMandarin':
        character = int(field[0][2:], 16)
        if FIRST <= character <= LAST:
            reading[character] = plain(field[2].split()[0])
syllables = [''] + sorted(set(reading.values()) | set(SURNAMES.values()))
number = {s: k for k, s in enumerate(syllables)}


def rows(items, width):
    line = '\t'
    for item in items:
        if len(line) + len(item) + 2 > width:
            yield line.rstrip()
            line = '\t'
        line += item + ', '
    yield line.rstrip()


print('/* pinyin_table.h - written by tests/oracle/unihan_pinyin.py from Unicode 15.0: do not edit. */')
print('static const char pinyin_syllable[][8] = {')
print('\n'.join(rows([f'"{s}"' for s in syllables], 118)))
print('};')
print(f'\n/* The reading of U+{FIRST:04X} and of each that follows; 0 where there is none. */')
print(f'#define PINYIN_FIRST 0x{FIRST:04X}u\n#define PINYIN_LAST 0x{LAST:04X}u')
print('static const uint16_t pinyin_of[] = {')
print('\n'.join(rows([str(number[reading.get(c, '')]) for c in range(FIRST, LAST + 1)], 138)))
print('};')
print('\n/* Where a family name is read otherwise than the character elsewhere; by character. */')
print('static const struct\n{\n\tuint32_t character;\n\tconst char *reading;\n} pinyin_surname[] = {')
print('\n'.join(rows([f'{{0x{ord(c):04X}, "{r}"}}' for c, r in sorted(SURNAMES.items(), key=lambda x: ord(x[0])) if reading.get(ord(c)) != r], 118)))
print('};')
print('\n/* Family names of two characters. */')
print('static const uint32_t pinyin_compound[][2] = {')
print('\n'.join(rows([f'{{0x{ord(c[0]):04X}, 0x{ord(c[1]):04X}}}' for c in sorted(COMPOUND.split())], 118)))
print('};')
