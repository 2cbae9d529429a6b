//! Patterns of policies: `*` stands for any text, `?` for one character.

/// Whether a text is what the pattern says.
pub(super) fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut of) = (0, 0);
    // The last star, and how far the text had come: the star takes one more whenever the rest does not fit.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(of) {
            Some('*') => {
                star = Some((of, at));
                of += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[at] => {
                at += 1;
                of += 1;
            }
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                at = taken + 1;
                of = place + 1;
            }
        }
    }
    pattern[of..].iter().all(|left| *left == '*')
}

/// Whether an action is what the pattern says; case does not count.
pub(super) fn is_action(action: &str, pattern: &str) -> bool {
    if pattern.contains(['*', '?']) {
        is_like(&action.to_ascii_lowercase(), &pattern.to_ascii_lowercase())
    } else {
        action.eq_ignore_ascii_case(pattern)
    }
}

/// Whether an ARN is what the pattern says. A star does not reach over the colons of an ARN's first five parts.
pub(super) fn is_resource(arn: &str, pattern: &str) -> bool {
    if pattern == "*" || pattern == arn {
        return true;
    }
    if !pattern.contains(['*', '?']) {
        return false;
    }
    let (of_arn, of_pattern): (Vec<_>, Vec<_>) = (arn.splitn(6, ':').collect(), pattern.splitn(6, ':').collect());
    of_arn.len() == of_pattern.len() && of_arn.iter().zip(of_pattern).all(|(text, pattern)| is_like(text, pattern))
}

#[cfg(test)]
mod tests {
    use super::{is_action, is_like, is_resource};

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (text, pattern) in
            [("", "*"), ("abc", "abc"), ("abc", "a*"), ("abc", "*c"), ("abc", "a?c"), ("aXbXc", "a*X*c"), ("aab", "*ab"), ("ab", "ab**")]
        {
            assert!(is_like(text, pattern), "{text} is {pattern}");
        }
        for (text, pattern) in [("abc", ""), ("", "?"), ("abc", "ab"), ("abc", "a?"), ("abc", "*d"), ("token#a", "Token#*"), ("a", "a?")] {
            assert!(!is_like(text, pattern), "{text} is not {pattern}");
        }
    }

    #[test]
    fn actions_are_the_same_in_any_case() {
        assert!(
            is_action("dynamodb:GetItem", "DynamoDB:getitem") && is_action("s3:GetObject", "S3:get*") && is_action("s3:GetObject", "*")
        );
        assert!(!is_action("dynamodb:GetItem", "dynamodb:GetItems") && !is_action("s3:GetObject", "s3:Put*"));
    }

    #[test]
    fn resources_are_matched_part_by_part_and_in_their_case() {
        let table = "arn:aws:dynamodb:us-east-1:000000000000:table/t";
        for pattern in ["*", table, "arn:aws:dynamodb:*:*:table/*", "arn:aws:dynamodb:us-east-?:000000000000:table/t"] {
            assert!(is_resource(table, pattern), "{pattern}");
        }
        let index = format!("{table}/index/by-day");
        assert!(is_resource(&index, &format!("{table}/index/*")) && is_resource(&index, &format!("{table}*")));
        for pattern in
            ["arn:aws:dynamodb:*", "arn:aws:dynamodb:*:table/t", "arn:aws:dynamodb:us-east-1:000000000000:table/T", "arn:aws:s3:::t"]
        {
            assert!(!is_resource(table, pattern), "{pattern}");
        }
        assert!(!is_resource(&index, table), "an index is not its table");
        assert!(is_resource("arn:aws:lambda:r:0:function:f:live", "arn:aws:lambda:r:0:function:f*"), "the last part may hold colons");
    }
}
