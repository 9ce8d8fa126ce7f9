{
type token =
  | Number of float
  | Name of string
  | Symbol of char
  | End
}

let digit = ['0'-'9']
let letter = ['a'-'z' 'A'-'Z' '_']
let exponent = ['e' 'E'] ['+' '-']? digit+

rule token = parse
  | [' ' '\t' '\n'] { token lexbuf }
  | digit+ ('.' digit*)? exponent? as text { Number (float_of_string text) }
  | letter (letter | digit)* as name { Name name }
  | ['+' '-' '*' '/' '^' '(' ')'] as symbol { Symbol symbol }
  | eof { End }
  | _ {
      raise
        (Syntax.Mistake
           {
             position = Lexing.lexeme_start lexbuf;
             expected = "a number, a name or an operator";
           }) }
