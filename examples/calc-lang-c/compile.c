/* Text to wasm in one pass: a parser by recursive descent that writes the code as it goes, since a
 * stack machine wants operands first, and so does the text from left to right. */
#include "calc.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 200 };

enum {
    IF = 0x04, ELSE = 0x05, END = 0x0b, CALL = 0x10, LOCAL_GET = 0x20, F64_CONST = 0x44,
    F64_EQ = 0x61, F64_NE = 0x62, F64_LT = 0x63, F64_GT = 0x64, F64_LE = 0x65, F64_GE = 0x66,
    F64_ABS = 0x99, F64_NEG = 0x9a, F64_FLOOR = 0x9c, F64_SQRT = 0x9f, F64_ADD = 0xa0,
    F64_SUB = 0xa1, F64_MUL = 0xa2, F64_DIV = 0xa3, F64_MIN = 0xa4, F64_MAX = 0xa5,
    F64_CONVERT_I32_U = 0xb8, TYPE_F64 = 0x7c, TYPE_FUNCTION = 0x60,
};

struct parser {
    struct session *session;
    const char *at;
    /* The function whose body it is; NULL for a line. */
    const struct definition *function;
    /* Where code goes; NULL if the text is only looked at. */
    struct buffer *code;
    /* Functions that are called, in the order of their indices in the module, from 1 on. */
    int *called, *called_count;
    int depth;
    char *error;
};

static void
put(struct buffer *buffer, const void *bytes, size_t size)
{
    if (buffer->size + size > buffer->capacity) {
        buffer->capacity = 2 * (buffer->size + size);
        buffer->data = realloc(buffer->data, buffer->capacity);
        if (!buffer->data)
            abort();
    }
    memcpy(buffer->data + buffer->size, bytes, size);
    buffer->size += size;
}

static void
put_byte(struct buffer *buffer, uint8_t byte)
{
    put(buffer, &byte, 1);
}

static void
put_number(struct buffer *buffer, size_t number)
{
    for (; number >= 0x80; number >>= 7)
        put_byte(buffer, (uint8_t)(number | 0x80));
    put_byte(buffer, (uint8_t)number);
}

/* A section, or anything else with its size in front. */
static void
put_sized(struct buffer *buffer, struct buffer *content)
{
    put_number(buffer, content->size);
    put(buffer, content->data, content->size);
    free(content->data);
}

static void
emit(struct parser *p, uint8_t operator)
{
    if (p->code)
        put_byte(p->code, operator);
}

static void
emit_constant(struct parser *p, double value)
{
    if (p->code) {
        put_byte(p->code, F64_CONST);
        put(p->code, &value, sizeof(value)); /* on a little-endian machine, as WAMR's are */
    }
}

__attribute__((format(printf, 2, 3))) static bool
fail(struct parser *p, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(p->error, 128, format, arguments);
    va_end(arguments);
    return false;
}

static bool
expected(struct parser *p, const char *what)
{
    return *p->at ? fail(p, "%s is expected, not `%.20s`", what, p->at)
                  : fail(p, "%s is expected at the end", what);
}

static void
skip(struct parser *p)
{
    while (isspace((unsigned char)*p->at))
        p->at++;
}

static bool
take_sign(struct parser *p, const char *sign)
{
    size_t length = strlen(sign);
    skip(p);
    if (strncmp(p->at, sign, length) != 0)
        return false;
    p->at += length;
    skip(p);
    return true;
}

static bool
expect_sign(struct parser *p, const char *sign)
{
    char what[8];
    snprintf(what, sizeof(what), "`%s`", sign);
    return take_sign(p, sign) || expected(p, what);
}

static size_t
word_length(const char *text)
{
    size_t length = 0;
    if (!isdigit((unsigned char)*text))
        while (isalnum((unsigned char)text[length]) || text[length] == '_')
            length++;
    return length;
}

static bool
take_word(struct parser *p, const char *word)
{
    skip(p);
    if (word_length(p->at) != strlen(word) || strncmp(p->at, word, strlen(word)) != 0)
        return false;
    p->at += strlen(word);
    skip(p);
    return true;
}

static bool
take_name(struct parser *p, char name[MAX_NAME], const char *what)
{
    static const char *const words[] = { "fn", "if", "then", "else" };
    skip(p);
    size_t length = word_length(p->at);
    if (length == 0)
        return expected(p, what);
    if (length >= MAX_NAME)
        return fail(p, "names have at most %d characters", MAX_NAME - 1);
    memcpy(name, p->at, length);
    name[length] = 0;
    for (size_t index = 0; index < sizeof(words) / sizeof(words[0]); index++)
        if (strcmp(name, words[index]) == 0)
            return expected(p, what);
    p->at += length;
    skip(p);
    return true;
}

static bool
expression(struct parser *p);

static bool
nested(struct parser *p, bool (*part)(struct parser *))
{
    if (++p->depth > MAX_DEPTH)
        return fail(p, "more than %d levels of nesting", MAX_DEPTH);
    bool good = part(p);
    p->depth--;
    return good;
}

static bool
call(struct parser *p, const char *name)
{
    static const struct {
        const char *name;
        int parameters;
        uint8_t operator;
    } operators[] = {
        { "sqrt", 1, F64_SQRT }, { "abs", 1, F64_ABS }, { "floor", 1, F64_FLOOR },
        { "min", 2, F64_MIN },   { "max", 2, F64_MAX },
    };
    int count = 0;
    if (!take_sign(p, ")")) {
        do {
            if (!nested(p, expression))
                return false;
            count++;
        } while (take_sign(p, ","));
        if (!expect_sign(p, ")"))
            return false;
    }
    if (!p->code)
        return true;

    for (int index = 0; index < p->session->definition_count; index++) {
        const struct definition *definition = &p->session->definitions[index];
        if (strcmp(definition->name, name) != 0)
            continue;
        if (definition->parameter_count != count)
            return fail(p, "%s takes %d values, not %d", name, definition->parameter_count, count);
        int place = 0;
        while (place < *p->called_count && p->called[place] != index)
            place++;
        if (place == *p->called_count)
            p->called[(*p->called_count)++] = index;
        emit(p, CALL);
        put_number(p->code, (size_t)place + 1);
        return true;
    }
    for (size_t index = 0; index < sizeof(operators) / sizeof(operators[0]); index++) {
        if (strcmp(operators[index].name, name) != 0)
            continue;
        if (operators[index].parameters != count)
            return fail(p, "%s takes %d values, not %d", name, operators[index].parameters, count);
        emit(p, operators[index].operator);
        return true;
    }
    return fail(p, "%s is not a function", name);
}

static bool
variable(struct parser *p, const char *name)
{
    if (!p->code)
        return true;
    for (int index = 0; p->function && index < p->function->parameter_count; index++)
        if (strcmp(p->function->parameters[index], name) == 0) {
            emit(p, LOCAL_GET);
            put_number(p->code, (size_t)index);
            return true;
        }
    for (int index = 0; index < p->session->variable_count; index++)
        if (strcmp(p->session->variables[index].name, name) == 0) {
            emit_constant(p, p->session->variables[index].value);
            return true;
        }
    return fail(p, "%s has no value", name);
}

static bool
factor(struct parser *p)
{
    char name[MAX_NAME];
    if (take_sign(p, "-")) {
        if (!nested(p, factor))
            return false;
        emit(p, F64_NEG);
        return true;
    }
    if (take_sign(p, "("))
        return nested(p, expression) && expect_sign(p, ")");
    if (isdigit((unsigned char)*p->at)) {
        char *end;
        emit_constant(p, strtod(p->at, &end));
        p->at = end;
        skip(p);
        return true;
    }
    if (!take_name(p, name, "a value"))
        return false;
    return take_sign(p, "(") ? call(p, name) : variable(p, name);
}

static bool
product(struct parser *p)
{
    if (!factor(p))
        return false;
    for (;;) {
        uint8_t operator = take_sign(p, "*") ? F64_MUL : take_sign(p, "/") ? F64_DIV : 0;
        if (!operator)
            return true;
        if (!factor(p))
            return false;
        emit(p, operator);
    }
}

static bool
sum(struct parser *p)
{
    if (!product(p))
        return false;
    for (;;) {
        uint8_t operator = take_sign(p, "+") ? F64_ADD : take_sign(p, "-") ? F64_SUB : 0;
        if (!operator)
            return true;
        if (!product(p))
            return false;
        emit(p, operator);
    }
}

static bool
expression(struct parser *p)
{
    static const struct {
        const char *sign;
        uint8_t operator;
    } comparisons[] = {
        { "<=", F64_LE }, { ">=", F64_GE }, { "==", F64_EQ },
        { "!=", F64_NE }, { "<", F64_LT },  { ">", F64_GT },
    };
    if (take_word(p, "if")) {
        if (!nested(p, expression))
            return false;
        emit_constant(p, 0);
        emit(p, F64_NE);
        emit(p, IF);
        emit(p, TYPE_F64);
        if (!take_word(p, "then"))
            return expected(p, "`then`");
        if (!nested(p, expression))
            return false;
        emit(p, ELSE);
        if (!take_word(p, "else"))
            return expected(p, "`else`");
        if (!nested(p, expression))
            return false;
        emit(p, END);
        return true;
    }
    if (!sum(p))
        return false;
    for (size_t index = 0; index < sizeof(comparisons) / sizeof(comparisons[0]); index++)
        if (take_sign(p, comparisons[index].sign)) {
            if (!sum(p))
                return false;
            emit(p, comparisons[index].operator);
            emit(p, F64_CONVERT_I32_U);
            break;
        }
    return true;
}

/* An expression and nothing after it. */
static bool
whole(struct parser *p)
{
    return expression(p) && (!*p->at || fail(p, "`%.20s` is not expected here", p->at));
}

static bool
function(struct parser *p, struct buffer *code)
{
    struct buffer body = { 0 };
    put_byte(&body, 0); /* no locals */
    p->code = &body;
    if (!whole(p)) {
        free(body.data);
        return false;
    }
    put_byte(&body, END);
    put_sized(code, &body);
    return true;
}

static void
put_section(struct buffer *module, uint8_t id, size_t count, struct buffer *items)
{
    struct buffer section = { 0 };
    put_number(&section, count);
    put(&section, items->data, items->size);
    free(items->data);
    put_byte(module, id);
    put_sized(module, &section);
}

/* The module whose function "line" computes the rest of the text, with all functions that it needs. */
static bool
emit_module(struct parser *p, struct buffer *module)
{
    static const uint8_t header[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
    static const uint8_t line[] = { 4, 'l', 'i', 'n', 'e', 0, 0 };
    int called[MAX_NAMES], count = 0, done = 0;
    char error[128];
    char *whole_error = p->error;
    struct buffer types = { 0 }, functions = { 0 }, exports = { 0 }, code = { 0 };
    p->called = called;
    p->called_count = &count;
    bool good = function(p, &code);
    put(&types, (const uint8_t[]){ TYPE_FUNCTION, 0, 1, TYPE_F64 }, 4);
    put_number(&functions, 0);
    for (; good && done < count; done++) {
        const struct definition *definition = &p->session->definitions[called[done]];
        p->function = definition;
        p->at = definition->body;
        p->error = error;
        good = function(p, &code);
        if (!good)
            snprintf(whole_error, 128, "%.80s, in %s", error, definition->name);
        put_byte(&types, TYPE_FUNCTION);
        put_number(&types, (size_t)definition->parameter_count);
        for (int index = 0; index < definition->parameter_count; index++)
            put_byte(&types, TYPE_F64);
        put(&types, (const uint8_t[]){ 1, TYPE_F64 }, 2);
        put_number(&functions, (size_t)done + 1);
    }
    put(module, header, sizeof(header));
    put(&exports, line, sizeof(line));
    put_section(module, 1, (size_t)done + 1, &types);
    put_section(module, 3, (size_t)done + 1, &functions);
    put_section(module, 7, 1, &exports);
    put_section(module, 10, (size_t)done + 1, &code);
    if (!good) {
        free(module->data);
        *module = (struct buffer){ 0 };
    }
    return good;
}

static bool
define(struct parser *p, struct definition *definition)
{
    if (!take_name(p, definition->name, "a name") || !expect_sign(p, "("))
        return false;
    definition->parameter_count = 0;
    if (!take_sign(p, ")")) {
        do {
            if (definition->parameter_count == MAX_PARAMETERS)
                return fail(p, "functions have at most %d parameters", MAX_PARAMETERS);
            if (!take_name(p, definition->parameters[definition->parameter_count++], "a name"))
                return false;
        } while (take_sign(p, ","));
        if (!expect_sign(p, ")"))
            return false;
    }
    if (!expect_sign(p, "="))
        return false;
    snprintf(definition->body, sizeof(definition->body), "%s", p->at);
    return whole(p);
}

enum line
read_line(struct session *session, const char *text, struct buffer *module, char name[MAX_NAME],
          char error[128])
{
    struct parser parser = { .session = session, .at = text, .error = error };
    if (strlen(text) >= MAX_LINE) {
        fail(&parser, "lines have at most %d characters", MAX_LINE - 1);
        return LINE_ERROR;
    }
    if (take_word(&parser, "fn")) {
        struct definition definition;
        if (!define(&parser, &definition))
            return LINE_ERROR;
        int place = 0;
        while (place < session->definition_count
               && strcmp(session->definitions[place].name, definition.name) != 0)
            place++;
        if (place == MAX_NAMES) {
            fail(&parser, "there are at most %d functions", MAX_NAMES);
            return LINE_ERROR;
        }
        session->definitions[place] = definition;
        session->definition_count += place == session->definition_count;
        strcpy(name, definition.name);
        return LINE_DEFINED;
    }
    char ignored[128];
    struct parser ahead = parser;
    ahead.error = ignored;
    bool assigns = take_name(&ahead, name, "a name") && *ahead.at == '=' && ahead.at[1] != '=';
    if (assigns) {
        parser.at = ahead.at;
        take_sign(&parser, "=");
    }
    skip(&parser);
    if (!emit_module(&parser, module))
        return LINE_ERROR;
    return assigns ? LINE_VARIABLE : LINE_VALUE;
}

bool
set_variable(struct session *session, const char *name, double value)
{
    int place = 0;
    while (place < session->variable_count && strcmp(session->variables[place].name, name) != 0)
        place++;
    if (place == MAX_NAMES)
        return false;
    strcpy(session->variables[place].name, name);
    session->variables[place].value = value;
    session->variable_count += place == session->variable_count;
    return true;
}
