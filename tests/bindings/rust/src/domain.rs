//! Types that OCaml defined first.

use bactrian::*;

/// Repeats `Domain.account`.
#[derive(ToOCaml, FromOCaml)]
#[ocaml(type = "Domain.account")]
pub struct Account {
    owner: String,
    #[ocaml(mutable)]
    balance: i64,
    state: State,
}

#[derive(ToOCaml, FromOCaml)]
#[ocaml(type = "Domain.state")]
pub enum State {
    Open,
    Frozen(String),
    Closed { by: String, at: f64 },
}

#[derive(ToOCaml, FromOCaml)]
#[ocaml(polymorphic_variant, type = "Domain.currency")]
pub enum Currency {
    Euro,
    Other(String),
}

/// Nothing is known of it here.
#[derive(DescribeOCaml)]
#[ocaml(type = "Domain.token")]
pub struct Token;

#[export]
fn deposit(account: Account, amount: i64, currency: Currency) -> Account {
    let factor = match currency {
        Currency::Euro => 1,
        Currency::Other(_) => 2,
    };
    Account { balance: account.balance + factor * amount, ..account }
}

#[export]
fn pass(token: BoxRoot<Token>) -> BoxRoot<Token> {
    token
}
