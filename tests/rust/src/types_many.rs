//! As many constructors with arguments as OCaml allows, and as many constant ones between them.

use bactrian::*;

macro_rules! constructors {
    ($($constant:ident $block:ident)*) => {
        /// `K0 | C0 of int | K1 | C1 of int | …`
        #[derive(Clone, Debug, ToOCaml, FromOCaml)]
        pub enum Many {
            $($constant, $block(i64),)*
        }

        /// The same, polymorphic: there is no limit to these, and their numbers are the hashes of their names.
        #[derive(Clone, Debug, ToOCaml, FromOCaml)]
        #[ocaml(polymorphic_variant)]
        pub enum ManyPolymorphic {
            $($constant, $block(i64),)*
        }

        impl Many {
            fn name(&self) -> String {
                match self {
                    $(
                        Many::$constant => stringify!($constant).to_owned(),
                        Many::$block(n) => format!("{} {n}", stringify!($block)),
                    )*
                }
            }
        }

        impl ManyPolymorphic {
            fn name(&self) -> String {
                match self {
                    $(
                        ManyPolymorphic::$constant => stringify!($constant).to_owned(),
                        ManyPolymorphic::$block(n) => format!("{} {n}", stringify!($block)),
                    )*
                }
            }
        }
    };
}

constructors! {
    K0 C0 K1 C1 K2 C2 K3 C3 K4 C4 K5 C5 K6 C6 K7 C7 K8 C8 K9 C9 K10 C10 K11 C11 K12 C12 K13 C13 K14
    C14 K15 C15 K16 C16 K17 C17 K18 C18 K19 C19 K20 C20 K21 C21 K22 C22 K23 C23 K24 C24 K25 C25 K26
    C26 K27 C27 K28 C28 K29 C29 K30 C30 K31 C31 K32 C32 K33 C33 K34 C34 K35 C35 K36 C36 K37 C37 K38
    C38 K39 C39 K40 C40 K41 C41 K42 C42 K43 C43 K44 C44 K45 C45 K46 C46 K47 C47 K48 C48 K49 C49 K50
    C50 K51 C51 K52 C52 K53 C53 K54 C54 K55 C55 K56 C56 K57 C57 K58 C58 K59 C59 K60 C60 K61 C61 K62
    C62 K63 C63 K64 C64 K65 C65 K66 C66 K67 C67 K68 C68 K69 C69 K70 C70 K71 C71 K72 C72 K73 C73 K74
    C74 K75 C75 K76 C76 K77 C77 K78 C78 K79 C79 K80 C80 K81 C81 K82 C82 K83 C83 K84 C84 K85 C85 K86
    C86 K87 C87 K88 C88 K89 C89 K90 C90 K91 C91 K92 C92 K93 C93 K94 C94 K95 C95 K96 C96 K97 C97 K98
    C98 K99 C99 K100 C100 K101 C101 K102 C102 K103 C103 K104 C104 K105 C105 K106 C106 K107 C107 K108
    C108 K109 C109 K110 C110 K111 C111 K112 C112 K113 C113 K114 C114 K115 C115 K116 C116 K117 C117
    K118 C118 K119 C119 K120 C120 K121 C121 K122 C122 K123 C123 K124 C124 K125 C125 K126 C126 K127
    C127 K128 C128 K129 C129 K130 C130 K131 C131 K132 C132 K133 C133 K134 C134 K135 C135 K136 C136
    K137 C137 K138 C138 K139 C139 K140 C140 K141 C141 K142 C142 K143 C143 K144 C144 K145 C145 K146
    C146 K147 C147 K148 C148 K149 C149 K150 C150 K151 C151 K152 C152 K153 C153 K154 C154 K155 C155
    K156 C156 K157 C157 K158 C158 K159 C159 K160 C160 K161 C161 K162 C162 K163 C163 K164 C164 K165
    C165 K166 C166 K167 C167 K168 C168 K169 C169 K170 C170 K171 C171 K172 C172 K173 C173 K174 C174
    K175 C175 K176 C176 K177 C177 K178 C178 K179 C179 K180 C180 K181 C181 K182 C182 K183 C183 K184
    C184 K185 C185 K186 C186 K187 C187 K188 C188 K189 C189 K190 C190 K191 C191 K192 C192 K193 C193
    K194 C194 K195 C195 K196 C196 K197 C197 K198 C198 K199 C199 K200 C200 K201 C201 K202 C202 K203
    C203 K204 C204 K205 C205 K206 C206 K207 C207 K208 C208 K209 C209 K210 C210 K211 C211 K212 C212
    K213 C213 K214 C214 K215 C215 K216 C216 K217 C217 K218 C218 K219 C219 K220 C220 K221 C221 K222
    C222 K223 C223 K224 C224 K225 C225 K226 C226 K227 C227 K228 C228 K229 C229 K230 C230 K231 C231
    K232 C232 K233 C233 K234 C234 K235 C235 K236 C236 K237 C237 K238 C238 K239 C239 K240 C240 K241
    C241 K242 C242 K243 C243
}

#[export]
fn dv_many(value: Many) -> (String, Many) {
    (value.name(), value)
}

#[export]
fn dv_many_polymorphic(value: ManyPolymorphic) -> (String, ManyPolymorphic) {
    (value.name(), value)
}
