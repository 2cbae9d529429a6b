//! Credentials that a vendor marks with a prefix of its own: the prefix, what follows, and how much of it.
//!
//! Lengths are taken from what vendors issue, old and new, with room below: a token that was cut while being copied is
//! a leak all the same, and the prefix leaves nothing to mistake it for.

use super::rule::{Finding, finding};
use super::text::{Class, Text};
use super::value;

/// A prefix and what must follow it.
pub(super) struct Shape {
    rule: &'static str,
    pub(super) prefix: &'static str,
    class: Class,
    least: usize,
    most: usize,
}

const ANY: usize = 4_096;

const fn shape(rule: &'static str, prefix: &'static str, class: Class, least: usize, most: usize) -> Shape {
    Shape { rule, prefix, class, least, most }
}

/// Every credential with a prefix. The prefix is compared in its own case and begins a word.
pub(super) const SHAPES: &[Shape] = &[
    // The four kinds of ids that come with a secret key; other AWS ids (AROA, AIDA ...) name things.
    shape("aws-access-key-id", "AKIA", Class::Alnum, 16, 16),
    shape("aws-access-key-id", "ASIA", Class::Alnum, 16, 16),
    shape("aws-access-key-id", "ABIA", Class::Alnum, 16, 16),
    shape("aws-access-key-id", "ACCA", Class::Alnum, 16, 16),
    shape("aws-access-key-id", "A3T", Class::Upper, 17, 17),
    shape("aws-session-token", "IQoJb3JpZ2lu", Class::Base64, 80, ANY),
    shape("aws-session-token", "FwoGZXIvYXdz", Class::Base64, 80, ANY),
    shape("aws-session-token", "FQoGZXIvYXdz", Class::Base64, 80, ANY),
    shape("aws-bedrock-key", "ABSK", Class::Base64, 90, 400),
    shape("aws-bedrock-key", "bedrock-api-key-", Class::Token, 40, ANY),
    shape("github-token", "ghp_", Class::Alnum, 30, 255),
    shape("github-token", "gho_", Class::Alnum, 30, 255),
    shape("github-token", "ghu_", Class::Alnum, 30, 255),
    shape("github-token", "ghs_", Class::Dotted, 30, 2_000),
    shape("github-token", "ghr_", Class::Alnum, 30, 255),
    shape("github-token", "github_pat_", Class::Word, 22, 255),
    shape("gitlab-token", "glpat-", Class::Dotted, 18, 300),
    shape("gitlab-token", "gldt-", Class::Dash, 18, 300),
    shape("gitlab-token", "glrt-", Class::Dotted, 18, 300),
    shape("gitlab-token", "glrtr-", Class::Dotted, 18, 300),
    shape("gitlab-token", "glcbt-", Class::Dash, 18, 300),
    shape("gitlab-token", "glptt-", Class::Dash, 18, 300),
    shape("gitlab-token", "glft-", Class::Dash, 18, 300),
    shape("gitlab-token", "glimt-", Class::Dash, 18, 300),
    shape("gitlab-token", "glagent-", Class::Dash, 18, 300),
    shape("gitlab-token", "gloas-", Class::Dash, 18, 300),
    shape("gitlab-token", "glsoat-", Class::Dash, 18, 300),
    shape("gitlab-token", "glffct-", Class::Dash, 18, 300),
    shape("gitlab-token", "GR1348941", Class::Dash, 18, 60),
    shape("slack-token", "xoxb-", Class::Dash, 16, 300),
    shape("slack-token", "xoxp-", Class::Dash, 16, 300),
    shape("slack-token", "xoxa-", Class::Dash, 16, 300),
    shape("slack-token", "xoxr-", Class::Dash, 16, 300),
    shape("slack-token", "xoxs-", Class::Dash, 16, 300),
    shape("slack-token", "xoxo-", Class::Dash, 16, 300),
    shape("slack-token", "xoxc-", Class::Dash, 16, 300),
    shape("slack-token", "xoxd-", Class::Token, 16, ANY),
    shape("slack-token", "xoxe-", Class::Dash, 16, 600),
    shape("slack-token", "xoxe.xox", Class::Dash, 16, 600),
    shape("slack-token", "xapp-", Class::Dash, 16, 300),
    shape("slack-token", "xwfp-", Class::Dash, 16, 300),
    shape("slack-webhook", "hooks.slack.com/services/", Class::Base64, 20, 120),
    shape("slack-webhook", "hooks.slack.com/workflows/", Class::Base64, 20, 160),
    shape("slack-webhook", "hooks.slack.com/triggers/", Class::Base64, 20, 160),
    shape("slack-webhook", "hooks.slack-gov.com/services/", Class::Base64, 20, 120),
    shape("discord-token", "discord.com/api/webhooks/", Class::Token, 40, 200),
    shape("discord-token", "discordapp.com/api/webhooks/", Class::Token, 40, 200),
    shape("google-api-key", "AIza", Class::Dash, 35, 35),
    shape("google-api-key", "AQ.Ab", Class::Dash, 40, 120),
    shape("google-oauth-token", "ya29.", Class::Dotted, 20, ANY),
    shape("google-oauth-token", "GOCSPX-", Class::Dash, 20, 60),
    shape("google-oauth-token", "1//0", Class::Dash, 30, 300),
    shape("google-oauth-token", "4/0A", Class::Dash, 40, 200),
    shape("stripe-key", "sk_live_", Class::Alnum, 10, 300),
    shape("stripe-key", "sk_test_", Class::Alnum, 10, 300),
    shape("stripe-key", "sk_prod_", Class::Alnum, 10, 300),
    shape("stripe-key", "sk_org_", Class::Word, 14, 300),
    shape("stripe-key", "rk_live_", Class::Alnum, 10, 300),
    shape("stripe-key", "rk_test_", Class::Alnum, 10, 300),
    shape("stripe-key", "rk_prod_", Class::Alnum, 10, 300),
    shape("stripe-key", "whsec_", Class::Base64, 20, 300),
    shape("openai-key", "sk-proj-", Class::Dash, 20, 300),
    shape("openai-key", "sk-svcacct-", Class::Dash, 20, 300),
    shape("openai-key", "sk-service-", Class::Dash, 30, 300),
    shape("openai-key", "sk-admin-", Class::Dash, 20, 300),
    shape("openai-key", "sk-None-", Class::Dash, 20, 300),
    shape("openai-key", "sess-", Class::Alnum, 40, 40),
    shape("anthropic-key", "sk-ant-", Class::Dash, 20, 300),
    shape("groq-key", "gsk_", Class::Alnum, 20, 120),
    shape("dropbox-token", "sl.", Class::Dash, 60, ANY),
    shape("dropbox-token", "sl.u.", Class::Dash, 60, ANY),
    shape("elevenlabs-key", "sk_", Class::Hex, 48, 48),
    shape("sendgrid-key", "SG.", Class::Dotted, 30, 120),
    shape("mailgun-key", "key-", Class::Hex, 32, 32),
    shape("npm-token", "npm_", Class::Alnum, 30, 60),
    shape("pypi-token", "pypi-AgE", Class::Dash, 50, ANY),
    shape("pypi-token", "pypi-AgENdGVzdC5weXBpLm9yZw", Class::Dash, 50, ANY),
    shape("huggingface-token", "hf_", Class::Alnum, 30, 60),
    shape("huggingface-token", "api_org_", Class::Alnum, 30, 60),
    shape("digitalocean-token", "dop_v1_", Class::Hex, 64, 64),
    shape("digitalocean-token", "doo_v1_", Class::Hex, 64, 64),
    shape("digitalocean-token", "dor_v1_", Class::Hex, 64, 64),
    shape("private-key", "AGE-SECRET-KEY-1", Class::Upper, 50, 70),
    // Vendors met less often share a name.
    shape("service-token", "xai-", Class::Alnum, 60, 120),
    shape("service-token", "pplx-", Class::Alnum, 40, 80),
    shape("service-token", "r8_", Class::Alnum, 36, 40),
    shape("service-token", "fw_", Class::Alnum, 22, 30),
    shape("service-token", "ntn_", Class::Alnum, 40, 60),
    shape("service-token", "secret_", Class::Alnum, 43, 43),
    shape("service-token", "secret-", Class::Alnum, 20, 60),
    shape("service-token", "EAA", Class::Alnum, 80, 400),
    shape("service-token", "lin_api_", Class::Alnum, 32, 60),
    shape("service-token", "lin_oauth_", Class::Alnum, 32, 80),
    shape("service-token", "figd_", Class::Dash, 36, 60),
    shape("service-token", "ATATT3", Class::Token, 60, 300),
    shape("service-token", "ATCTT3", Class::Token, 60, 300),
    shape("service-token", "HRKU-", Class::Dash, 32, 80),
    shape("service-token", "shpat_", Class::Hex, 32, 32),
    shape("service-token", "shpca_", Class::Hex, 32, 32),
    shape("service-token", "shppa_", Class::Hex, 32, 32),
    shape("service-token", "shpss_", Class::Hex, 32, 32),
    shape("service-token", "sq0atp-", Class::Dash, 22, 60),
    shape("service-token", "sq0csp-", Class::Dash, 40, 60),
    shape("service-token", "EAAA", Class::Dash, 56, 64),
    shape("service-token", "dckr_pat_", Class::Dash, 24, 60),
    shape("service-token", "dckr_oat_", Class::Dash, 24, 60),
    shape("service-token", "dapi", Class::Hex, 32, 32),
    shape("service-token", "glsa_", Class::Word, 36, 60),
    shape("service-token", "glc_eyJ", Class::Base64, 40, 400),
    shape("service-token", "sntrys_", Class::Token, 40, 400),
    shape("service-token", "sntryu_", Class::Hex, 64, 64),
    shape("service-token", "NRAK-", Class::Upper, 27, 27),
    shape("service-token", "dp.pt.", Class::Alnum, 40, 50),
    shape("service-token", "dp.st.", Class::Dotted, 40, 80),
    shape("service-token", "hvs.", Class::Dash, 24, 300),
    shape("service-token", "hvb.", Class::Dash, 100, 300),
    shape("service-token", "pul-", Class::Hex, 40, 40),
    shape("service-token", "pscale_tkn_", Class::Dotted, 32, 80),
    shape("service-token", "pscale_pw_", Class::Dotted, 32, 80),
    shape("service-token", "PMAK-", Class::Dash, 50, 70),
    shape("service-token", "rubygems_", Class::Hex, 48, 48),
    shape("service-token", "cio", Class::Alnum, 32, 32),
    shape("service-token", "CFPAT-", Class::Dash, 43, 43),
    shape("service-token", "sbp_", Class::Hex, 40, 40),
    shape("service-token", "sb_secret_", Class::Dash, 20, 60),
    shape("service-token", "nfp_", Class::Alnum, 36, 60),
    shape("service-token", "tfp_", Class::Dash, 40, 80),
    shape("service-token", "md-", Class::Alnum, 22, 22),
    shape("service-token", "LTAI", Class::Alnum, 16, 26),
    shape("service-token", "sk-or-v1-", Class::Hex, 64, 64),
    shape("service-token", "ops_eyJ", Class::Base64, 200, ANY),
    shape("service-token", "tvly-", Class::Dash, 24, 60),
    shape("service-token", "phx_", Class::Alnum, 40, 60),
    shape("service-token", "wandb_v1_", Class::Dash, 40, 120),
    shape("service-token", "lsv2_", Class::Word, 40, 60),
];

impl Shape {
    /// The credential that begins at `from`, where the prefix stands in some case.
    pub(super) fn check(&self, text: &mut Text<'_>, from: usize) -> Option<Finding> {
        let body = from + self.prefix.len();
        if !text.bytes()[from..].starts_with(self.prefix.as_bytes()) || !text.begins(from) {
            return None;
        }
        let end = text.run(body, self.class);
        let length = end - body;
        if !(self.least..=self.most).contains(&length) {
            return None;
        }
        if matches!(self.class, Class::Hex | Class::Upper | Class::Digit) && text.at(end).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let value = text.judged(&(body..end));
        // Short prefixes of many vendors begin ordinary words too; what follows must not read like one.
        let made = self.rule != "service-token" || value::scattered(value);
        (made && value::varied(value)).then(|| finding(self.rule, from..end))
    }
}
