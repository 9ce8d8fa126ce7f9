/* Splits a text into words and counts them by an OCaml function: regions, a sub-region for each word, a callback. */

#include <bactrian/rcaml.h>

#include <ctype.h>

/* external fold_words : ('a -> string -> 'a) -> 'a -> string -> 'a = "fold_words" */
CAMLprim value fold_words(value f, value initial, value text) {
  rCAMLregion(&f, &initial, &text);
  value *result = rcaml_root();
  iset(result, &initial);
  mlsize_t i = 0, length = istring_length(&text);
  while (i < length) {
    char word[64];
    size_t letters = 0;
    while (i < length && !isalpha(iget_byte(&text, i))) i++;
    while (i < length && isalpha(iget_byte(&text, i)) && letters + 1 < sizeof word)
      word[letters++] = (char)tolower(iget_byte(&text, i++));
    if (letters == 0) continue;
    word[letters] = '\0';
    rcaml_subregion {
      value *argument = rcaml_root();
      icaml_copy_string(argument, word);
      if (icaml_callback2_exn(result, &f, result, argument) == ICAML_RAISED) rCAMLraise(result);
    }
  }
  rCAMLreturn(result);
}
