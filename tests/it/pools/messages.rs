//! The templates of a pool's messages, when they are set.

use poolhouse_tests::scenario;
use serde_json::json;

const NO_CODE: &str = "must contain the placeholder {####}.";

scenario! {
    async fn older_members_show_in_the_template(lab: Lab) {
        let pool = lab.pool_with(json!({
            "SmsVerificationMessage": "SMS {####}",
            "EmailVerificationMessage": "Mail {####}",
            "EmailVerificationSubject": "Subject",
            "VerificationMessageTemplate": {
                "EmailMessageByLink": "Click {##here##}", "EmailSubjectByLink": "Click", "DefaultEmailOption": "CONFIRM_WITH_LINK"
            }
        })).await;
        let described = pool.call("DescribeUserPool", json!({})).await.ok()["UserPool"].take();
        assert_eq!(described["VerificationMessageTemplate"], json!({
            "SmsMessage": "SMS {####}", "EmailMessage": "Mail {####}", "EmailSubject": "Subject",
            "EmailMessageByLink": "Click {##here##}", "EmailSubjectByLink": "Click", "DefaultEmailOption": "CONFIRM_WITH_LINK"
        }));
        assert_eq!(described["SmsVerificationMessage"], "SMS {####}");
        assert_eq!(described["EmailVerificationMessage"], "Mail {####}");
        assert_eq!(described["EmailVerificationSubject"], "Subject");
    }

    async fn a_message_for_a_code_has_a_place_for_it(lab: Lab) {
        let pool = lab.pool().await;
        let (name, message) =
            pool.call("UpdateUserPool", json!({ "SmsAuthenticationMessage": "without a code" })).await.error();
        assert_eq!(name, "InvalidParameterException");
        assert_eq!(
            message,
            "1 validation error detected: Value 'without a code' at 'smsAuthenticationMessage' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: .*\\{####\\}.*"
        );
    }

    async fn an_invitation_without_a_password_is_for_pools_that_need_none(lab: Lab) {
        let invitation = |member: &str| json!({ "InviteMessageTemplate": { member: "Hello {username}, welcome!" } });
        let factors = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } });
        for member in ["EmailMessage", "SMSMessage"] {
            let config = invitation(member);
            lab.admin().call("CreateUserPool", json!({ "PoolName": "pool", "AdminCreateUserConfig": config })).await
                .fault("InvalidParameterException", &format!("{member} {NO_CODE}"));
            let pool = lab.pool_with(json!({ "AdminCreateUserConfig": config, "Policies": factors })).await;
            let described = pool.call("DescribeUserPool", json!({})).await.ok();
            assert_eq!(
                described["UserPool"]["AdminCreateUserConfig"]["InviteMessageTemplate"],
                config["InviteMessageTemplate"]
            );
        }
    }
}
