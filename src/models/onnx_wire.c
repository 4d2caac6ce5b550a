/* onnx_wire.c - the encoding of protocol buffers (protobuf.dev/programming-guides/encoding). */
#include "models/onnx_wire.h"

#include <string.h>

bool
psy_wire_varint(psy_wire *bytes, uint64_t *bits)
{
	*bits = 0;
	for (int shift = 0; shift < 70 && bytes->at < bytes->end; shift += 7)
	{
		unsigned char byte = *bytes->at++;

		/* The tenth byte has room for one bit. */
		if (shift == 63 && byte > 1)
			return false;
		*bits |= (uint64_t) (byte & 0x7F) << shift;
		if (byte < 0x80)
			return true;
	}
	return false;
}

uint32_t
psy_wire_u32(const unsigned char *at)
{
	return (uint32_t) at[0] | (uint32_t) at[1] << 8 | (uint32_t) at[2] << 16 | (uint32_t) at[3] << 24;
}

uint64_t
psy_wire_u64(const unsigned char *at)
{
	return psy_wire_u32(at) | (uint64_t) psy_wire_u32(at + 4) << 32;
}

static bool
take(psy_wire *message, uint64_t length, psy_wire *bytes)
{
	if (length > psy_wire_length(*message))
		return false;
	*bytes = (psy_wire){message->at, message->at + length};
	message->at += length;
	return true;
}

static bool
read_value(psy_wire *message, psy_wire_field *field)
{
	psy_wire bytes;
	uint64_t length;

	switch (field->form)
	{
		case PSY_WIRE_VARINT: return psy_wire_varint(message, &field->bits);
		case PSY_WIRE_FIXED64:
			if (!take(message, 8, &bytes))
				return false;
			field->bits = psy_wire_u64(bytes.at);
			return true;
		case PSY_WIRE_FIXED32:
			if (!take(message, 4, &bytes))
				return false;
			field->bits = psy_wire_u32(bytes.at);
			return true;
		case PSY_WIRE_BYTES:
			return psy_wire_varint(message, &length) && take(message, length, &field->bytes);
		default: return false;
	}
}

psy_wire_step
psy_wire_next(psy_wire *message, psy_wire_field *field)
{
	uint64_t key;

	if (message->at == message->end)
		return PSY_WIRE_END;
	if (!psy_wire_varint(message, &key) || key >> 3 == 0 || key > UINT32_MAX)
		return PSY_WIRE_BROKEN;
	*field = (psy_wire_field){.number = (uint32_t) (key >> 3), .form = (psy_wire_form) (key & 7)};
	return read_value(message, field) ? PSY_WIRE_FIELD : PSY_WIRE_BROKEN;
}

bool
psy_wire_equals(psy_wire bytes, const char *text)
{
	size_t length = strlen(text);

	return psy_wire_length(bytes) == length && (length == 0 || memcmp(bytes.at, text, length) == 0);
}
