//! Looking at types as they are written.

use syn::visit_mut::VisitMut;
use syn::{GenericArgument, Ident, Lifetime, PathArguments, Type};

/// The last segment of a path type: `bactrian::OCaml<'gc, T>` is `OCaml` and its arguments.
pub fn last_segment(ty: &Type) -> Option<&syn::PathSegment> {
    match ty {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

/// Whether the type is written as this name, with or without a path before it.
pub fn is_named(ty: &Type, name: &str) -> bool {
    last_segment(ty).is_some_and(|segment| segment.ident == name)
}

/// The type arguments of a path type.
pub fn type_arguments(ty: &Type) -> Vec<&Type> {
    let Some(segment) = last_segment(ty) else { return Vec::new() };
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return Vec::new() };
    arguments
        .args
        .iter()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
        .collect()
}

/// The type with every lifetime left to inference, as the body of a shim must write it.
pub fn without_lifetimes(ty: &Type) -> Type {
    struct Elide;
    impl VisitMut for Elide {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            if lifetime.ident != "static" {
                *lifetime = Lifetime::new("'_", lifetime.span());
            }
        }
    }
    let mut ty = ty.clone();
    Elide.visit_type_mut(&mut ty);
    ty
}

/// Whether the type is written with `Self`.
pub fn mentions_self(ty: &Type) -> bool {
    struct Look(bool);
    impl VisitMut for Look {
        fn visit_ident_mut(&mut self, ident: &mut Ident) {
            self.0 |= ident == "Self";
        }
    }
    let mut look = Look(false);
    look.visit_type_mut(&mut ty.clone());
    look.0
}

/// Whether the type is written with a `Vec` of this parameter in it.
pub fn has_vec_of(ty: &Type, parameter: &Ident) -> bool {
    struct Look<'a>(&'a Ident, bool);
    impl VisitMut for Look<'_> {
        fn visit_type_mut(&mut self, ty: &mut Type) {
            self.1 |= is_named(ty, "Vec")
                && type_arguments(ty).iter().any(
                    |argument| matches!(argument, Type::Path(path) if path.path.is_ident(self.0)),
                );
            syn::visit_mut::visit_type_mut(self, ty);
        }
    }
    let mut look = Look(parameter, false);
    look.visit_type_mut(&mut ty.clone());
    look.1
}
