//! What pages and browsers get of an administrator's wishes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use poolhouse_domain::branding::brand::{Brand, Palette};
use poolhouse_engine::{Cx, Request};
use poolhouse_tests::actors::Client;
use poolhouse_tests::lab::Lab;
use poolhouse_tests::scenario;
use serde_json::json;

use super::{asset, png, style, svg, with_domain};

/// What the pages of a client look like.
async fn brand(lab: &Lab, client: &Client) -> Brand {
    let request = Request {
        id: String::new(),
        region: String::new(),
        account_id: String::new(),
        source_ip: None,
        user_agent: None,
    };
    let cx = Cx::new(lab.world().clone(), request);
    let (pool, client) = cx.client(&client.id).await.unwrap();
    cx.brand_of(&pool, &client).await.unwrap()
}

scenario! {
    async fn pages_get_what_a_style_says_as_soon_as_it_is_said(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let before = brand(&lab, &client).await;
        assert_eq!((before.name.as_str(), before.has_style), ("client", false));
        assert_eq!((before.light, before.color_scheme.as_str()), (Palette::default(), "DYNAMIC"));

        let settings = json!({
            "categories": { "global": { "colorSchemeMode": "DARK" } },
            "components": {
                "primaryButton": { "lightMode": { "defaults": { "backgroundColor": "cc0000ff" } } },
                "pageBackground": { "darkMode": { "color": "000000ff" } },
                "form": { "logo": { "enabled": true } },
            },
        });
        let assets = [
            asset("FORM_LOGO", "DYNAMIC", "PNG", &png(8, 8)),
            asset("FORM_LOGO", "DARK", "SVG", &svg("")),
            asset("FAVICON_SVG", "DYNAMIC", "SVG", &svg("<g/>")),
            asset("PAGE_BACKGROUND", "DYNAMIC", "PNG", &png(9, 9)),
        ];
        let input = json!({ "ClientId": client.id, "Settings": settings, "Assets": assets });
        let created = style(&pool, "CreateManagedLoginBranding", input).await;
        let look = brand(&lab, &client).await;
        assert!(look.has_style);
        assert_eq!(look.color_scheme.as_str(), "DARK");
        assert_eq!(look.light.accent.unwrap().to_string(), "#cc0000ff");
        assert_eq!((look.light.background, look.dark.accent), (None, None));
        assert_eq!(look.dark.background.unwrap().to_string(), "#000000ff");
        assert_eq!(look.logo.light.as_ref().unwrap().media_type(), "image/png");
        assert_eq!(look.logo.dark.as_ref().unwrap().media_type(), "image/svg+xml");
        assert_eq!(look.favicon.as_ref().unwrap().media_type(), "image/svg+xml");
        assert_eq!(look.background.light, None, "it isn't enabled");

        let id = json!({ "ManagedLoginBrandingId": created["ManagedLoginBrandingId"] });
        pool.call("DeleteManagedLoginBranding", id).await.ok();
        assert_eq!(brand(&lab, &client).await, before);
    }

    async fn classic_pages_get_the_stylesheet_and_the_logo(lab: Lab) {
        let pool = lab.pool().await;
        with_domain(&pool).await;
        let client = pool.client().await;
        let input = json!({ "CSS": ".label-customizable{color:RED}", "ImageFile": png(8, 8) });
        pool.call("SetUICustomization", input).await.ok();
        let look = brand(&lab, &client).await;
        assert_eq!(look.stylesheet.as_ref().unwrap().as_str(), ".label-customizable{color:RED}\n");
        assert!(look.has_style && look.logo.light.is_some() && look.logo.light == look.logo.dark);
        let input = json!({ "ClientId": client.id, "CSS": ".label-customizable{color:blue}" });
        pool.call("SetUICustomization", input).await.ok();
        let look = brand(&lab, &client).await;
        assert_eq!(look.stylesheet.unwrap().as_str(), ".label-customizable{color:blue}\n");
        assert_eq!(look.logo.light, None);
        let domain = pool.id.to_ascii_lowercase().replace('_', "-");
        let input = json!({ "Domain": domain, "ManagedLoginVersion": 2 });
        pool.call("UpdateUserPoolDomain", input).await.ok();
        assert_eq!(brand(&lab, &client).await.stylesheet, None);
    }

    async fn pages_show_terms_when_both_documents_have_a_link(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let create = async |name: &str, links: serde_json::Value| {
            let input = json!({
                "ClientId": client.id, "TermsName": name, "TermsSource": "LINK", "Enforcement": "NONE", "Links": links
            });
            pool.call("CreateTerms", input).await.ok();
        };
        create("terms-of-use", json!({ "cognito:default": "https://x/t", "cognito:german": "https://x/de" })).await;
        assert_eq!(brand(&lab, &client).await.terms("en"), None);
        create("privacy-policy", json!({ "cognito:german": "https://x/p" })).await;
        let look = brand(&lab, &client).await;
        let links = look.terms("de").unwrap();
        assert_eq!((links.terms_of_use, links.privacy_policy), ("https://x/de", "https://x/p"));
        assert_eq!(look.terms("en"), None);
    }

    async fn images_are_served_so_that_they_can_do_nothing(lab: Lab) {
        let pool = lab.pool().await;
        let client = pool.client().await;
        let logo = svg("<path d='M0 0h1'/>");
        let input = json!({
            "ClientId": client.id, "Settings": { "components": { "form": { "logo": { "enabled": true } } } },
            "Assets": [asset("FORM_LOGO", "DYNAMIC", "SVG", &logo)]
        });
        let created = style(&pool, "CreateManagedLoginBranding", input).await;
        let name = brand(&lab, &client).await.logo.light.unwrap().file_name();
        let path = format!("/brand/{}/{name}", pool.id);
        let reply = lab.get(&path).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body, STANDARD.decode(&logo).unwrap());
        for (header, value) in [
            ("content-type", "image/svg+xml"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
            ("cache-control", "public, max-age=31536000, immutable"),
        ] {
            assert_eq!(reply.header(header), value);
        }
        let other = lab.pool().await;
        for path in [
            format!("/brand/{}/{name}", other.id),
            format!("/brand/us-east-1_nowhere/{name}"),
            path.replace(".svg", ".png"),
            path.replace(".svg", ".html"),
            path.replace(".svg", ""),
            format!("/brand/{}/..%2f..%2fetc%2fpasswd", pool.id),
        ] {
            assert_eq!(lab.get(&path).await.status, 404, "{path}");
        }
        let id = &created["ManagedLoginBrandingId"];
        let input = json!({ "ManagedLoginBrandingId": id, "UseCognitoProvidedValues": true });
        pool.call("UpdateManagedLoginBranding", input).await.ok();
        assert_eq!(lab.get(&path).await.status, 404);
    }
}
