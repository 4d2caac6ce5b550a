/* context.c - overflow-checked allocation and interrupt polling through the host's context. */
#include "core/context.h"

psy_status
psy_alloc(const psy_context *ctx, size_t count, size_t size, void **out, psy_error *err)
{
	size_t bytes;

	*out = NULL;
	if (__builtin_mul_overflow(count, size, &bytes))
		return psy_fail(err, PSY_NOMEM, "an array of %zu elements of %zu bytes is too large", count, size);
	*out = ctx->alloc(ctx->arg, bytes == 0 ? 1 : bytes);
	if (*out == NULL)
		return psy_fail(err, PSY_NOMEM, "out of memory: %zu bytes were refused", bytes);
	return PSY_OK;
}

void
psy_release(const psy_context *ctx, void *pointer)
{
	if (pointer != NULL)
		ctx->release(ctx->arg, pointer);
}

psy_status
psy_poll(const psy_context *ctx, psy_error *err)
{
	if (ctx->interrupted != NULL && ctx->interrupted(ctx->arg))
		return psy_fail(err, PSY_INTERRUPTED, "interrupted");
	return PSY_OK;
}
