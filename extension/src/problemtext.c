/*
 * problemtext.c
 *	  The words of problems in other languages than English.
 */
#include "postgres.h"

#include "problemtext.h"
#include "receiptsettings.h"

/* A text, and the same in Russian: with the same conversions in the same order. */
typedef struct Translation
{
	const char *english;
	const char *russian;
} Translation;

/*
 * In Russian, numbers stand so that no noun has to agree with them, and values
 * so that nothing has to agree with their gender.
 */
/* clang-format off */
static const Translation translations[] = {
	/* Syntax. */
	{"the text ends at byte %d; expected %s",
	 "текст обрывается на байте %d; ожидается %s"},
	{"unexpected \"%s\" at byte %d; expected %s",
	 "неожиданный фрагмент «%s», байт %d; ожидается %s"},
	{"a value", "значение"},
	{"a value or \"]\"", "значение или \"]\""},
	{"a key", "ключ"},
	{"a key or \"}\"", "ключ или \"}\""},
	{"\",\" or \"}\"", "\",\" или \"}\""},
	{"\",\" or \"]\"", "\",\" или \"]\""},
	{"the end", "конец текста"},
	{"the control character 0x%02X at byte %d stands in a string without an escape",
	 "управляющий символ 0x%02X, байт %d, стоит в строке без экранирования"},
	{"the escape before byte %d is not one of JSON",
	 "экранирование перед байтом %d недопустимо в JSON"},
	{"the token \"%s\" at byte %d is not JSON",
	 "фрагмент «%s», байт %d, не соответствует JSON"},
	{"objects and arrays are nested more than %d deep",
	 "вложенность объектов и массивов больше %d"},
	{"the key \"%s\" stands more than once in its object",
	 "ключ «%s» стоит в объекте больше одного раза"},

	/* Characters. */
	{"the string at byte %d holds \\u0000; a text cannot hold it",
	 "строка, байт %d, содержит \\u0000; в тексте его быть не может"},
	{"the string at byte %d holds half of a surrogate pair",
	 "строка, байт %d, содержит половину суррогатной пары"},
	{"byte %d is NUL; a text cannot hold it",
	 "байт %d — NUL; в тексте его быть не может"},
	{"byte %d, 0x%02X, is not part of a character in UTF-8",
	 "байт %d, 0x%02X, не является частью символа в UTF-8"},
	{"%s \"%s\" holds a control character; none is allowed",
	 "%s «%s» содержит управляющий символ; такие символы не допускаются"},

	/* Types. */
	{"%s is %s; %s is wanted", "%s содержит %s; ожидается %s"},
	{"item %d", "позиция %d"},
	{"an object", "объект"},
	{"an array", "массив"},
	{"a string", "строка"},
	{"a number", "число"},

	/* Strings and lists. */
	{"%s is missing", "%s отсутствует"},
	{"%s is empty; at least one character is wanted",
	 "%s — пустая строка; нужен хотя бы один символ"},
	{"%s has %d characters; at most %d are allowed",
	 "%s: число символов — %d; допустимо не больше %d"},
	{"items is empty; at least one item is wanted",
	 "items — пустой массив; нужна хотя бы одна позиция"},
	{"items has %d items; at most %d are allowed",
	 "items: число позиций — %d; допустимо не больше %d"},

	/* Numbers. */
	{"%s is %s; a number above 0 is wanted", "%s равно %s; ожидается число больше 0"},
	{"%s is %s; a number of 0 or more is wanted",
	 "%s равно %s; ожидается число не меньше 0"},
	{"%s is %s; at most %d digits before the point are allowed",
	 "%s равно %s; цифр до точки допустимо не больше %d"},
	{"%s is %s; at most %d decimals are allowed",
	 "%s равно %s; цифр после точки допустимо не больше %d"},
	{"the number %s is too large or too fine for PostgreSQL's numeric",
	 "число %s слишком большое или слишком точное для типа numeric в PostgreSQL"},

	/* Times. */
	{"timestamp is \"%s\"; %s", "timestamp содержит «%s»; %s"},
	{"it is not of the form YYYY-MM-DDThh:mm:ss followed by an offset",
	 "ожидается вид YYYY-MM-DDThh:mm:ss, за которым следует смещение от UTC"},
	{"there is no year 0000", "года 0000 нет"},
	{"there is no such month", "такого месяца нет"},
	{"the month has no such day", "такого дня в этом месяце нет"},
	{"there is no such time of day", "такого времени суток нет"},
	{"there is no such offset from UTC", "такого смещения от UTC нет"},
	{"in UTC it is not within the years 1 to 9999",
	 "по UTC год выходит за пределы от 1 до 9999"},
	{"timestamp is %s; that is too far in the future",
	 "timestamp содержит %s; это слишком далеко в будущем"},

	/* Places. */
	{"%s is \"%s\" here and \"%s\" in the receipt; one is wanted, or the same twice",
	 "%s здесь — «%s», а в самом чеке — «%s»; нужно одно значение или два одинаковых"},
	{"place_id is missing; place_name is not enough",
	 "place_id отсутствует; одного place_name недостаточно"},

	/* The receipt as a whole. */
	{"the receipt is %s; an object is wanted", "чек — это %s; ожидается объект"},
	{"the receipt has %d bytes; at most %d are allowed",
	 "размер чека в байтах — %d; допустимо не больше %d"},
	{"total_amount is %s; the items sum up to %s",
	 "total_amount равно %s; сумма по позициям — %s"},
	{"nds_amount is %s; total_amount, which includes it, is %s",
	 "nds_amount равно %s; total_amount, в которое оно входит, равно %s"},
	{"the receipt has %d problems or more; the rest of it was not read",
	 "число ошибок в чеке — %d или больше; остальное не прочитано"},
};
/* clang-format on */

/*
 * The text in the language that is set.  Looked up one by one: there are few,
 * and only a receipt with a problem comes here.
 */
const char *
problem_text(const char *english)
{
	if (likely(problem_language == LANGUAGE_EN))
		return english;
	for (int i = 0; i < lengthof(translations); i++)
	{
		if (strcmp(english, translations[i].english) == 0)
			return translations[i].russian;
	}
	return english;
}
