//! Styles with their images, classic looks, and terms documents.

use std::collections::BTreeMap;

use poolhouse_domain::Timestamp;
use poolhouse_domain::branding::classic::{ALL, Customization};
use poolhouse_domain::branding::images::Image;
use poolhouse_domain::branding::style::{Style, StyleChange};
use poolhouse_domain::terms::Terms;
use poolhouse_model::{
    AssetCategoryType, AssetExtensionType, AssetType, Blob, ColorSchemeModeType, TermsEnforcementType, TermsSourceType,
};
use poolhouse_storage::{Error, Store};
use serde_json::json;

use crate::fixtures::{NOW, OTHER_POOL, POOL, client, pool};
use crate::{World, on_each_database};

on_each_database!(
    a_style_survives_storage_with_its_images,
    images_that_a_style_has_no_more_are_forgotten,
    a_client_has_one_style_also_in_a_race,
    the_second_of_two_who_change_a_style_is_told,
    the_look_of_a_target_is_replaced_and_keeps_its_age,
    terms_survive_storage_and_are_unique_by_name,
    terms_are_paged_by_id,
    all_of_it_goes_with_the_client_and_with_the_pool,
);

fn svg(number: usize) -> Vec<u8> {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><g id=\"g{number}\"/></svg>").into_bytes()
}

fn change(images: &[(ColorSchemeModeType, usize)]) -> StyleChange {
    let asset = |(color_mode, number): &(ColorSchemeModeType, usize)| AssetType {
        category: AssetCategoryType::FormLogo,
        color_mode: *color_mode,
        extension: AssetExtensionType::Svg,
        bytes: Some(Blob(svg(*number))),
        resource_id: None,
    };
    let settings = json!({ "components": { "form": { "borderRadius": 8.5 } } });
    StyleChange::new(None, Some(settings), Some(images.iter().map(asset).collect())).unwrap()
}

async fn create(store: &Store, id: &str, client_id: &str, change: &StyleChange) -> Result<Style, Error> {
    let style = Style::create(id.to_owned(), POOL, client_id, change, NOW).unwrap();
    store.styles().insert(&style, change.images()).await?;
    Ok(style)
}

async fn images(store: &Store, id: &str) -> Vec<Vec<u8>> {
    let images: BTreeMap<String, Vec<u8>> = store.styles().images(id).await.unwrap();
    let mut images: Vec<_> = images.into_values().collect();
    images.sort();
    images
}

fn terms(id: &str, client_id: &str, name: &str) -> Terms {
    Terms {
        id: id.to_owned(),
        pool_id: POOL.to_owned(),
        client_id: client_id.to_owned(),
        name: name.to_owned(),
        source: TermsSourceType::Link,
        enforcement: TermsEnforcementType::None,
        links: BTreeMap::from([("cognito:default".to_owned(), "https://x/".to_owned())]),
        created_at: NOW,
        modified_at: NOW,
        version: 0,
    }
}

fn look(target: &str, logo: Option<usize>, at: Timestamp) -> (Customization, Option<Image>) {
    let image = logo.map(|number| Image::read(AssetExtensionType::Svg, svg(number)).unwrap());
    let look = Customization {
        pool_id: POOL.to_owned(),
        target: target.to_owned(),
        css: Some(".label-customizable{color:red}".to_owned()),
        logo: image.as_ref().map(|image| image.name.clone()),
        created_at: at,
        modified_at: at,
    };
    (look, image)
}

async fn a_style_survives_storage_with_its_images(world: World) {
    use ColorSchemeModeType::{Dark, Light};
    let (store, _) = world.furnished().await;
    let change = change(&[(Light, 1), (Dark, 2)]);
    let style = create(&store, "a", "client", &change).await.unwrap();
    let stored = Style { version: 1, ..style };
    assert_eq!(store.styles().get(POOL, "a").await.unwrap(), Some(stored.clone()));
    assert_eq!(store.styles().of_client("client").await.unwrap(), Some(stored.clone()));
    assert_eq!(images(&store, "a").await, [svg(1), svg(2)]);
    let digest = &stored.assets[0].image.digest;
    assert_eq!(store.styles().image(POOL, digest).await.unwrap(), Some(svg(1)));
    assert_eq!(store.styles().image(OTHER_POOL, digest).await.unwrap(), None);
    assert_eq!(store.styles().get(OTHER_POOL, "a").await.unwrap(), None);
    assert_eq!(store.styles().delete(OTHER_POOL, "a").await.unwrap(), None);
    assert_eq!(
        store.styles().delete(POOL, "a").await.unwrap().as_deref(),
        Some("client")
    );
    assert_eq!(store.styles().image(POOL, digest).await.unwrap(), None);
}

async fn images_that_a_style_has_no_more_are_forgotten(world: World) {
    use ColorSchemeModeType::{Dark, Dynamic, Light};
    let (store, _) = world.furnished().await;
    // One image in two places.
    let mut style = create(&store, "a", "client", &change(&[(Light, 1), (Dark, 1)]))
        .await
        .unwrap();
    style.version = 1;
    let second = change(&[(Light, 2), (Dynamic, 2)]);
    style.change(&second, NOW).unwrap();
    store.styles().replace(&mut style, second.images()).await.unwrap();
    assert_eq!(images(&store, "a").await, [svg(1), svg(2)]);
    let third = change(&[(Dark, 2)]);
    style.change(&third, NOW).unwrap();
    store.styles().replace(&mut style, third.images()).await.unwrap();
    assert_eq!(images(&store, "a").await, [svg(2)]);
    assert_eq!(store.styles().get(POOL, "a").await.unwrap(), Some(style));
}

async fn a_client_has_one_style_also_in_a_race(world: World) {
    let (store, _) = world.furnished().await;
    let racers: Vec<_> = (0..8)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move { create(&store, &format!("id{number}"), "client", &change(&[])).await })
        })
        .collect();
    let mut winners = 0;
    for racer in racers {
        match racer.await.unwrap() {
            Ok(_) => winners += 1,
            Err(error) => assert!(
                matches!(&error, Error::Unique { table } if table == "managed_login_styles"),
                "{error}"
            ),
        }
    }
    assert_eq!(winners, 1);
    let nowhere = create(&store, "x", "nobody", &change(&[])).await;
    assert!(matches!(nowhere, Err(Error::ForeignKey)));
}

async fn the_second_of_two_who_change_a_style_is_told(world: World) {
    let (store, _) = world.furnished().await;
    let mut one = create(&store, "a", "client", &change(&[])).await.unwrap();
    one.version = 1;
    let mut two = one.clone();
    let first = change(&[(ColorSchemeModeType::Light, 1)]);
    one.change(&first, NOW).unwrap();
    store.styles().replace(&mut one, first.images()).await.unwrap();
    let second = change(&[(ColorSchemeModeType::Light, 2)]);
    two.change(&second, NOW).unwrap();
    assert!(matches!(
        store.styles().replace(&mut two, second.images()).await,
        Err(Error::Conflict)
    ));
    assert_eq!(images(&store, "a").await, [svg(1)], "nothing of it was written");
}

async fn the_look_of_a_target_is_replaced_and_keeps_its_age(world: World) {
    let (store, _) = world.furnished().await;
    let get = async |target: &str| store.ui_customizations().get(POOL, target).await.unwrap();
    let (mut all, logo) = look(ALL, Some(1), NOW);
    store.ui_customizations().put(&mut all, logo.as_ref()).await.unwrap();
    assert_eq!(get(ALL).await, Some(all.clone()));
    assert_eq!(get("client").await, None);
    let digest = &all.logo.as_ref().unwrap().digest;
    assert_eq!(
        store.ui_customizations().logo(POOL, digest).await.unwrap(),
        Some(svg(1))
    );
    assert_eq!(store.ui_customizations().logo(OTHER_POOL, digest).await.unwrap(), None);
    let (mut later, _) = look(ALL, None, NOW.plus_millis(1));
    store.ui_customizations().put(&mut later, None).await.unwrap();
    assert_eq!((later.created_at, later.modified_at), (NOW, NOW.plus_millis(1)));
    assert_eq!(get(ALL).await, Some(later));
    assert_eq!(store.ui_customizations().logo(POOL, digest).await.unwrap(), None);
    store.ui_customizations().delete(POOL, ALL).await.unwrap();
    store.ui_customizations().delete(POOL, ALL).await.unwrap();
    assert_eq!(get(ALL).await, None);
    let (mut nobody, _) = look("nobody", None, NOW);
    let nowhere = store.ui_customizations().put(&mut nobody, None).await;
    assert!(matches!(nowhere, Err(Error::ForeignKey)));
}

async fn terms_survive_storage_and_are_unique_by_name(world: World) {
    let (store, _) = world.furnished().await;
    let use_terms = terms("a", "client", "terms-of-use");
    store.terms().insert(&use_terms).await.unwrap();
    let again = store.terms().insert(&terms("b", "client", "terms-of-use")).await;
    assert!(matches!(again, Err(Error::Unique { table }) if table == "terms"));
    let mut policy = terms("c", "client", "privacy-policy");
    store.terms().insert(&policy).await.unwrap();
    policy.version = 1;
    let stored = Terms {
        version: 1,
        ..use_terms
    };
    assert_eq!(store.terms().get(POOL, "a").await.unwrap(), Some(stored.clone()));
    assert_eq!(store.terms().get(OTHER_POOL, "a").await.unwrap(), None);
    assert_eq!(
        store.terms().of_client("client").await.unwrap(),
        [policy.clone(), stored]
    );
    let mut renamed = policy.clone();
    renamed.name = "terms-of-use".into();
    assert!(matches!(
        store.terms().replace(&mut renamed).await,
        Err(Error::Unique { .. })
    ));
    policy.links.clear();
    store.terms().replace(&mut policy.clone()).await.unwrap();
    assert!(matches!(store.terms().replace(&mut policy).await, Err(Error::Conflict)));
    assert_eq!(store.terms().delete(OTHER_POOL, "a").await.unwrap(), None);
    assert_eq!(
        store.terms().delete(POOL, "a").await.unwrap().as_deref(),
        Some("client")
    );
    assert_eq!(store.terms().delete(POOL, "a").await.unwrap(), None);
}

async fn terms_are_paged_by_id(world: World) {
    let (store, _) = world.furnished().await;
    store.clients().insert(&client(POOL, "other")).await.unwrap();
    for (id, client_id, name) in [
        ("b", "client", "terms-of-use"),
        ("a", "client", "privacy-policy"),
        ("c", "other", "terms-of-use"),
    ] {
        store.terms().insert(&terms(id, client_id, name)).await.unwrap();
    }
    let page = async |pool_id, after, limit| {
        let page = store.terms().list(pool_id, after, limit).await.unwrap();
        page.into_iter().map(|terms| terms.id).collect::<Vec<_>>()
    };
    assert_eq!(page(POOL, None, 2).await, ["a", "b"]);
    assert_eq!(page(POOL, Some("b"), 2).await, ["c"]);
    assert_eq!(page(OTHER_POOL, None, 2).await, [] as [String; 0]);
}

async fn all_of_it_goes_with_the_client_and_with_the_pool(world: World) {
    const LEFT: &str = "SELECT (SELECT COUNT(*) FROM managed_login_styles) + (SELECT COUNT(*) FROM managed_login_images) \
                        + (SELECT COUNT(*) FROM ui_customizations) + (SELECT COUNT(*) FROM terms)";
    let (store, _) = world.furnished().await;
    store.pools().insert(&pool(OTHER_POOL)).await.unwrap();
    store.clients().insert(&client(POOL, "other")).await.unwrap();
    for client_id in ["client", "other"] {
        let change = change(&[(ColorSchemeModeType::Light, 1)]);
        create(&store, client_id, client_id, &change).await.unwrap();
        store
            .terms()
            .insert(&terms(client_id, client_id, "terms-of-use"))
            .await
            .unwrap();
        store
            .ui_customizations()
            .put(&mut look(client_id, None, NOW).0, None)
            .await
            .unwrap();
    }
    store
        .ui_customizations()
        .put(&mut look(ALL, None, NOW).0, None)
        .await
        .unwrap();
    assert_eq!(world.number(LEFT).await, 9);
    assert!(store.clients().delete(POOL, "client").await.unwrap());
    assert_eq!(world.number(LEFT).await, 5);
    assert!(store.pools().delete(POOL).await.unwrap());
    assert_eq!(world.number(LEFT).await, 0);
}
