/*
 * onnx_wire.h - reading protocol buffers where they lie: no copy, no memory, no recursion.  Private to src/models.
 *
 * libprotobuf-c would unpack the whole document first, with an allocation a field and recursion as deep as the sender
 * likes; the encoding has four forms, and what ONNX needs of it is smaller than the generated code.
 */
#ifndef PSY_ONNX_WIRE_H
#define PSY_ONNX_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fields of a message, or the bytes of a text. */
typedef struct psy_wire
{
	const unsigned char *at;
	const unsigned char *end;
} psy_wire;

typedef enum psy_wire_form
{
	PSY_WIRE_VARINT = 0,
	PSY_WIRE_FIXED64 = 1,
	PSY_WIRE_BYTES = 2,
	PSY_WIRE_FIXED32 = 5
} psy_wire_form;

typedef struct psy_wire_field
{
	uint32_t number;
	psy_wire_form form;
	uint64_t bits;  /* of a number */
	psy_wire bytes; /* of PSY_WIRE_BYTES */
} psy_wire_field;

typedef enum psy_wire_step
{
	PSY_WIRE_FIELD,
	PSY_WIRE_END,
	PSY_WIRE_BROKEN /* cut off, of no known form, or a group */
} psy_wire_step;

/* The next field; the message moves behind it. */
psy_wire_step psy_wire_next(psy_wire *message, psy_wire_field *field);

/* A varint of packed numbers. */
bool psy_wire_varint(psy_wire *bytes, uint64_t *bits);

static inline size_t
psy_wire_length(psy_wire bytes)
{
	return (size_t) (bytes.end - bytes.at);
}

bool psy_wire_equals(psy_wire bytes, const char *text);

static inline float
psy_wire_float(uint32_t bits)
{
	union
	{
		uint32_t bits;
		float value;
	} u = {bits};

	return u.value;
}

static inline double
psy_wire_double(uint64_t bits)
{
	union
	{
		uint64_t bits;
		double value;
	} u = {bits};

	return u.value;
}

/* Little-endian, from any address. */
uint32_t psy_wire_u32(const unsigned char *at);
uint64_t psy_wire_u64(const unsigned char *at);

#endif
