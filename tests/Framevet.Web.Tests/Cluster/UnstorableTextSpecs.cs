using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using Framevet.Pipeline;
using Framevet.TestKit;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Mvc;

namespace Framevet.Web.Tests.Cluster;

/// <summary>Texts that PostgreSQL does not take are the caller's mistake, not the server's.</summary>
public sealed class UnstorableTextSpecs
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Zero_characters_in_a_search_and_in_a_note_are_refused_by_name_and_change_nothing()
    {
        await using var app = new PostgresHost((await PostgresCluster.SharedAsync()).Connection($"texts_{Guid.NewGuid():N}"));
        using var curator = await app.SignInAsync("zero", [Roles.Curator], Ct);
        var recipes = (await curator.GetJsonAsync<SettingsBody>("/api/v1/settings", Ct)).Settings.Recipes;

        using var search = await curator.GetAsync(new Uri("/api/v1/runs?text=clip%00", UriKind.Relative), Ct);
        using var note = await curator.PutAsJsonAsync(new Uri("/api/v1/recipes", UriKind.Relative), new { recipe = recipes[0] with { Name = "Zero" }, note = "a\0b" }, PipelineJson.Options, Ct);

        foreach (var refused in (HttpResponseMessage[])[search, note])
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            (await refused.Content.ReadFromJsonAsync<ProblemDetails>(Ct))!.Detail!.ShouldContain("U+0000");
        }

        (await curator.GetJsonAsync<SettingsBody>("/api/v1/settings", Ct)).Settings.Recipes.Length.ShouldBe(recipes.Length);
    }

    private sealed class PostgresHost(string server) : AppHost
    {
        protected override ImmutableDictionary<string, string> Settings => base.Settings.Add("Data:Provider", "postgres").Add("Data:ConnectionString", server);
    }
}
