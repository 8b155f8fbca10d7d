//! The images of styles.

use poolhouse_tests::scenario;
use serde_json::{Value, json};

use super::{asset, png, style, svg};

scenario! {
    async fn images_are_kept_as_they_came(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let assets = json!([
            asset("FORM_LOGO", "LIGHT", "PNG", &png(10, 10)),
            asset("FORM_LOGO", "DARK", "SVG", &svg("<path d='M0 0h1'/>")),
            { "Category": "IDP_BUTTON_ICON", "ColorMode": "DYNAMIC", "Extension": "SVG", "Bytes": svg(""),
              "ResourceId": "my-idp 1" },
        ]);
        let input = json!({ "ClientId": client.id, "UseCognitoProvidedValues": true, "Assets": assets });
        let created = style(&pool, "CreateManagedLoginBranding", input).await;
        assert_eq!(created["Assets"], assets);
        let described = style(&pool, "DescribeManagedLoginBrandingByClient", json!({ "ClientId": client.id })).await;
        assert_eq!(described, created);
    }

    async fn an_update_replaces_images_in_their_place(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let (light, dark) = (
            asset("FORM_LOGO", "LIGHT", "PNG", &png(1, 1)),
            asset("FORM_LOGO", "DARK", "PNG", &png(1, 1)),
        );
        let input = json!({ "ClientId": client.id, "Settings": {}, "Assets": [light, dark] });
        let created = style(&pool, "CreateManagedLoginBranding", input).await;
        let update = async |assets: Value| {
            let id = &created["ManagedLoginBrandingId"];
            let input = json!({ "ManagedLoginBrandingId": id, "Settings": {}, "Assets": assets });
            style(&pool, "UpdateManagedLoginBranding", input).await["Assets"].take()
        };
        assert_eq!(update(json!([])).await, json!([light, dark]));
        let (vector, icon) = (
            asset("FORM_LOGO", "LIGHT", "SVG", &svg("")),
            asset("FAVICON_SVG", "DYNAMIC", "SVG", &svg("")),
        );
        assert_eq!(update(json!([vector, icon])).await, json!([vector, dark, icon]));
        let kept = json!({ "Category": "FORM_LOGO", "ColorMode": "DARK", "Extension": "PNG" });
        assert_eq!(update(json!([kept])).await, json!([vector, dark, icon]));
        let missing = json!({ "Category": "PAGE_BACKGROUND", "ColorMode": "DARK", "Extension": "PNG" });
        let input = json!({
            "ManagedLoginBrandingId": created["ManagedLoginBrandingId"], "Settings": {}, "Assets": [missing]
        });
        pool.call("UpdateManagedLoginBranding", input).await
            .fault("InvalidParameterException", "The asset PAGE_BACKGROUND in DARK has no Bytes.");
    }

    async fn images_that_run_load_or_lie_are_refused(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let html = "PGh0bWw+PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0PjwvaHRtbD4=";
        for (extension, bytes, message) in [
            ("SVG", svg("<script>alert(1)</script>"), "The SVG element script is not allowed."),
            ("SVG", svg("<g onload='alert(1)'/>"), "The SVG attribute onload is not allowed."),
            ("SVG", svg("<foreignObject/>"), "The SVG element foreignObject is not allowed."),
            ("SVG", svg("<style>@import '//x';</style>"), "The SVG element style is not allowed."),
            (
                "SVG",
                svg("<use href='javascript:alert(1)'/>"),
                "The value of the SVG attribute href is not allowed: javascript:alert(1)",
            ),
            (
                "SVG",
                svg("<g fill='url(//x)'/>"),
                "The value of the SVG attribute fill is not allowed: url(//x)",
            ),
            ("SVG", html.to_owned(), "The image is not a valid SVG document."),
            ("PNG", html.to_owned(), "The image is not a valid PNG file."),
            ("PNG", svg(""), "The image is not a valid PNG file."),
            ("JPEG", png(1, 1), "The image is not a valid JPEG file."),
            ("PNG", png(60_000, 60_000), "The image must not have more than 40000000 pixels."),
            ("ICO", png(1, 1), "Assets of category FORM_LOGO can't have extension ICO."),
        ] {
            let assets = [asset("FORM_LOGO", "LIGHT", extension, &bytes)];
            let input = json!({ "ClientId": client.id, "Settings": {}, "Assets": assets });
            pool.call("CreateManagedLoginBranding", input).await.fault("InvalidParameterException", message);
        }
        let twice = [asset("FORM_LOGO", "LIGHT", "SVG", &svg("")), asset("FORM_LOGO", "LIGHT", "PNG", &png(1, 1))];
        let input = json!({ "ClientId": client.id, "Settings": {}, "Assets": twice });
        pool.call("CreateManagedLoginBranding", input).await
            .fault("InvalidParameterException", "Assets has FORM_LOGO in LIGHT more than once.");
    }

    async fn a_request_brings_as_much_as_two_megabytes(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let padded = |length: usize| svg(&format!("<desc>{}</desc>", "x".repeat(length)));
        let assets = [asset("FORM_LOGO", "LIGHT", "SVG", &padded(900_000))];
        let input = json!({ "ClientId": client.id, "Settings": {}, "Assets": assets });
        let created = style(&pool, "CreateManagedLoginBranding", input).await;
        assert_eq!(created["Assets"], json!(assets));

        let id = &created["ManagedLoginBrandingId"];
        let large = [asset("FORM_LOGO", "LIGHT", "SVG", &padded(1_000_000))];
        let input = json!({ "ManagedLoginBrandingId": id, "Settings": {}, "Assets": large });
        let (name, message) = pool.call("UpdateManagedLoginBranding", input).await.error();
        assert_eq!(name, "InvalidParameterException");
        let constraint = "failed to satisfy constraint: Member must have length less than or equal to 1000000";
        assert!(message.ends_with(constraint), "{}", message.len());

        let huge = [asset("FORM_LOGO", "LIGHT", "SVG", &padded(2_000_000))];
        let input = json!({ "ManagedLoginBrandingId": id, "Settings": {}, "Assets": huge });
        let reply = pool.call("UpdateManagedLoginBranding", input).await;
        let expected = ("RequestEntityTooLargeException", "The body is longer than 2097152 bytes.");
        let (name, message) = reply.error();
        assert_eq!((name.as_str(), message.as_str()), expected);
    }
}
