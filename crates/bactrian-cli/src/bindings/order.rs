//! What must come before what.

/// The nodes in groups: each after those that it needs, otherwise as they are numbered. A group of several nodes is a
/// circle of them.
///
/// `needs[node]` are the nodes that a node needs.
pub fn groups(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let components = components(needs);
    let mut of_node = vec![0; needs.len()];
    for (index, component) in components.iter().enumerate() {
        for &node in component {
            of_node[node] = index;
        }
    }
    // Of those whose needs are met, the one that is written first.
    let mut missing = components
        .iter()
        .enumerate()
        .map(|(index, component)| {
            let mut needed: Vec<_> = component
                .iter()
                .flat_map(|&node| &needs[node])
                .map(|&node| of_node[node])
                .filter(|&other| other != index)
                .collect();
            needed.sort_unstable();
            needed.dedup();
            needed
        })
        .collect::<Vec<_>>();
    let mut users = vec![Vec::new(); components.len()];
    let mut ready = std::collections::BTreeSet::new();
    for (index, needed) in missing.iter().enumerate() {
        for &other in needed {
            users[other].push(index);
        }
        if needed.is_empty() {
            ready.insert((components[index][0], index));
        }
    }
    let mut groups = Vec::with_capacity(components.len());
    while let Some((_, index)) = ready.pop_first() {
        groups.push(components[index].clone());
        for &user in &users[index] {
            missing[user].retain(|&other| other != index);
            if missing[user].is_empty() {
                ready.insert((components[user][0], user));
            }
        }
    }
    groups
}

/// The circles, each sorted; by Tarjan's algorithm, without recursion since types may be many.
fn components(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const NEW: usize = usize::MAX;
    let count = needs.len();
    let (mut index, mut low) = (vec![NEW; count], vec![0; count]);
    let (mut on_stack, mut stack, mut found) = (vec![false; count], Vec::new(), Vec::new());
    let mut next = 0;
    for root in 0..count {
        if index[root] != NEW {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some(&mut (node, ref mut edge)) = calls.last_mut() {
            if *edge == 0 {
                index[node] = next;
                low[node] = next;
                next += 1;
                stack.push(node);
                on_stack[node] = true;
            }
            if let Some(&other) = needs[node].get(*edge) {
                *edge += 1;
                if index[other] == NEW {
                    calls.push((other, 0));
                } else if on_stack[other] {
                    low[node] = low[node].min(index[other]);
                }
                continue;
            }
            calls.pop();
            if let Some(&(caller, _)) = calls.last() {
                low[caller] = low[caller].min(low[node]);
            }
            if low[node] == index[node] {
                let mut component = Vec::new();
                while let Some(other) = stack.pop() {
                    on_stack[other] = false;
                    component.push(other);
                    if other == node {
                        break;
                    }
                }
                component.sort_unstable();
                found.push(component);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn circles_are_groups() {
        assert_eq!(groups(&[vec![1], vec![0], vec![]]), [vec![0, 1], vec![2]]);
        assert_eq!(groups(&[vec![2], vec![], vec![]]), [vec![1], vec![2], vec![0]]);
        assert_eq!(groups(&[vec![0]]), [vec![0]]);
    }

    proptest! {
        #[test]
        fn needs_come_first(needs in proptest::collection::vec(proptest::collection::vec(0usize..12, 0..4), 12)) {
            let groups = groups(&needs);
            let mut place = vec![usize::MAX; needs.len()];
            for (index, group) in groups.iter().enumerate() {
                for &node in group {
                    prop_assert_eq!(place[node], usize::MAX);
                    place[node] = index;
                }
            }
            for (node, needed) in needs.iter().enumerate() {
                for &other in needed {
                    prop_assert!(place[other] <= place[node]);
                }
            }
        }
    }
}
