/* header.c - folding and the lists of headers that are never mapped; see header.h. */
#include "header.h"

#include <ctype.h>
#include <string.h>

/* Full-width ASCII U+FF01..U+FF5E as the plain character; 0 when p is something else.  *length is what it
 * took. */
static char
narrow(const unsigned char *p, size_t *length)
{
	unsigned code;

	if (p[0] == 0xe3 && p[1] == 0x80 && p[2] == 0x80) /* ideographic space */
	{
		*length = 3;
		return ' ';
	}
	if (p[0] != 0xef || (p[1] != 0xbc && p[1] != 0xbd) || p[2] == 0)
		return 0;
	code = (unsigned) (p[1] - 0xbc) * 64 + (p[2] & 0x3f);
	if (code < 1 || code > 0x5e)
		return 0;
	*length = 3;
	return (char) (code + 0x20);
}

char *
fold_header(const char *header)
{
	buffer out = {0};
	const unsigned char *p = (const unsigned char *) header;

	buffer_text(&out, "");
	while (*p)
	{
		size_t length = 1;
		char plain = *p < 0x80 ? (char) *p : narrow(p, &length);

		if (plain == 0)
			buffer_byte(&out, (char) *p);
		else if (isalnum((unsigned char) plain))
			buffer_byte(&out, (char) tolower((unsigned char) plain));
		else if (out.size > 0 && out.data[out.size - 1] != '_')
			buffer_byte(&out, '_');
		p += length;
	}
	if (out.size > 0 && out.data[out.size - 1] == '_')
		out.data[--out.size] = '\0';
	return out.data;
}

char *
narrow_text(const char *text)
{
	buffer out = {0};
	const unsigned char *p = (const unsigned char *) text;

	buffer_text(&out, "");
	while (*p)
	{
		size_t length = 1;
		char plain = *p < 0x80 ? (char) *p : narrow(p, &length);

		buffer_byte(&out, plain ? plain : (char) *p);
		p += length;
	}
	return out.data;
}

bool
header_among(const char *folded, const char *names)
{
	size_t length = strlen(folded);

	while (names != NULL && *names)
	{
		size_t n = strcspn(names, "|");

		if (n == length && strncmp(names, folded, n) == 0)
			return true;
		names += n + (names[n] == '|');
	}
	return false;
}

bool
header_is_identifier(const char *folded)
{
	/* Chinese headers carry additions (患者姓名, 身份证号码), so that part of one is enough. */
	static const char *const parts[] = {
		"姓名", "名字", "住院号", "住院编号", "门诊号", "病历号", "病案号", "身份证", "出生日期", "出生年月",
		"生日", "电话", "手机",   "地址",     "住址",   "医保",   "社保",   "邮箱",   "护照",     "联系方式"};
	static const char names[] =
		"name|patient_name|full_name|first_name|last_name|given_name|family_name|surname|participant_name|"
		"subject_name|"
		"mrn|medical_record_number|medical_record_no|medical_record|record_number|hospital_number|hospital_"
		"no|hospital_id|"
		"admission_number|admission_no|inpatient_no|inpatient_number|outpatient_no|national_id|id_card|id_"
		"number|"
		"identity_card|passport|passport_no|ssn|social_security_number|nhs_number|nhs_no|insurance_number|"
		"dob|date_of_birth|birth_date|birthdate|birthday|birth_day|"
		"phone|phone_number|telephone|mobile|tel|email|e_mail|address|home_address|street|wechat|xingming|"
		"shenfenzheng";

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strstr(folded, parts[i]) != NULL)
			return true;
	return header_among(folded, names);
}

bool
cell_is_identifier(const char *cell)
{
	size_t digits = strspn(cell, "0123456789");
	bool to_end = cell[digits] == '\0';

	if (digits == 17 && (cell[17] == 'X' || cell[17] == 'x') && cell[18] == '\0')
		return true;
	if (to_end && digits == 18)
		return true;
	return to_end && digits == 11 && cell[0] == '1' && cell[1] >= '3';
}
