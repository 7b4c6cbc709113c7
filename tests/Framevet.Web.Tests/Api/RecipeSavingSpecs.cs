using System.Net;
using System.Net.Http.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Recipes;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>Curators edit recipes; how existing ones are moderated stays with admins.</summary>
public sealed class RecipeSavingSpecs(AppHost app) : IClassFixture<AppHost>
{
    private static readonly Uri Recipes = new("/api/v1/recipes", UriKind.Relative);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_curator_adds_and_changes_a_recipe_and_nothing_else_of_the_settings()
    {
        using var curator = await app.SignInAsync("recipe-curator", [Roles.Curator], Ct);
        var before = await curator.GetJsonAsync<SettingsBody>("/api/v1/settings", Ct);
        var mine = before.Settings.Recipes[0] with { Name = "Curated", Summary = "first" };

        using var added = await PutAsync(curator, mine);
        using var changed = await PutAsync(curator, mine with { Summary = "second" });

        added.StatusCode.ShouldBe(HttpStatusCode.OK, await added.Content.ReadAsStringAsync(Ct));
        var after = await changed.ReadAsync<SettingsBody>(Ct);
        after.Settings.Recipes.Single(r => r.Name == "Curated").Summary.ShouldBe("second");
        after.Settings.Recipes.Length.ShouldBe(before.Settings.Recipes.Length + 1);
        (after.Settings.DefaultRecipe, after.Settings.LeaseMinutes).ShouldBe((before.Settings.DefaultRecipe, before.Settings.LeaseMinutes));
        after.Author.ShouldBe("recipe-curator");
    }

    [Fact]
    public async Task How_an_existing_recipe_is_moderated_is_for_admins_to_change()
    {
        using var curator = await app.SignInAsync("recipe-careless", [Roles.Curator], Ct);
        using var admin = await app.SignInAsync("recipe-admin", [Roles.Admin], Ct);
        var known = (await curator.GetJsonAsync<SettingsBody>("/api/v1/settings", Ct)).Settings.Recipes[0];
        var laxer = known with { Moderation = known.Moderation with { Backends = [] } };

        using var refused = await PutAsync(curator, laxer);
        (await curator.GetJsonAsync<SettingsBody>("/api/v1/settings", Ct)).Settings.Recipes[0].Moderation.Backends.Length.ShouldBe(known.Moderation.Backends.Length);
        using var taken = await PutAsync(admin, known with { Summary = "by an admin" });

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync(Ct)).ShouldContain("name of its own");
        taken.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_submitter_saves_none_and_a_faulty_one_is_refused_with_its_fault()
    {
        using var submitter = await app.SignInAsync("recipe-submitter", [Roles.Submitter], Ct);
        using var curator = await app.SignInAsync("recipe-clumsy", [Roles.Curator], Ct);
        var known = (await curator.GetJsonAsync<SettingsBody>("/api/v1/settings", Ct)).Settings.Recipes[0];

        using var forbidden = await PutAsync(submitter, known with { Name = "Mine" });
        using var faulty = await PutAsync(curator, known with { Name = "Odd", Sampler = known.Sampler with { Id = "no-such-sampler" } });

        forbidden.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        faulty.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await faulty.Content.ReadAsStringAsync(Ct)).ShouldContain("no-such-sampler");
    }

    private static Task<HttpResponseMessage> PutAsync(HttpClient client, Recipe recipe) => client.PutAsJsonAsync(Recipes, new { recipe, note = "try" }, PipelineJson.Options, Ct);
}
