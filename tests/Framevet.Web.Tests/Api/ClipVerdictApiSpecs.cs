using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>Moderation's word on a clip, as programs read it.</summary>
public sealed class ClipVerdictApiSpecs(AppHost app) : IClassFixture<AppHost>
{
    private const int Patience = 120_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task The_word_on_a_clip_is_told_with_what_it_rests_on_and_follows_the_decision_of_a_person()
    {
        using var clips = new ClipFactory();
        using var owner = await app.SignInAsync("clip-owner", [Roles.Submitter], Ct);
        using var moderator = await app.SignInAsync("clip-moderator", [Roles.Moderator], Ct);
        var id = await owner.SubmitAsync(await ApiRun.ClipAsync(clips, Ct), new() { ["recipeJson"] = ApiRun.PeopleDecide }, Ct);
        await owner.WaitAsync(id, Ct, RunState.AwaitingReview);

        var waiting = (await VerdictAsync(moderator, id)).Clip.ShouldNotBeNull();
        (waiting.Decision, waiting.Versions.Taxonomy).ShouldBe((Decision.Escalate, LabelTree.Version));
        waiting.Stage.ShouldNotBe(ClipStage.Person);
        waiting.Labels.ShouldNotBeNull();
        var own = (await VerdictAsync(owner, id)).Clip.ShouldNotBeNull();
        (own.Decision, own.Stage, own.Reason).ShouldBe((waiting.Decision, waiting.Stage, waiting.Reason));
        (own.Label, own.Confidence, own.Band, own.Labels).ShouldBe((null, null, null, null));

        var item = (await moderator.GetJsonAsync<PageBody<ReviewListItem>>($"{WebPaths.Api}/review", Ct)).Items.Single(i => i.Item.RunId == id).Item;
        var claim = await moderator.PostJsonAsync<ReviewBody>($"{WebPaths.Api}/review/{item.Id}/claim", null, Ct);
        using var decided = await moderator.PostJsonAsync($"{WebPaths.Api}/review/{item.Id}/decide", new DecideRequest(claim.Token!.Value, Decision.Allow, ModerationLabels.Clean, "false-alarm"), Ct);
        await owner.WaitAsync(id, Ct, RunState.Done);

        var word = await VerdictAsync(moderator, id);
        (word.Verdict, word.Clip!.Decision, word.Clip.Stage, word.Clip.Label).ShouldBe(("clean", Decision.Allow, ClipStage.Person, ModerationLabels.Clean));
    }

    [Fact(Timeout = Patience)]
    public async Task A_clip_that_machines_cleared_names_the_screen_and_its_version()
    {
        using var clips = new ClipFactory();
        using var moderator = await app.SignInAsync("clip-clear", [Roles.Curator, Roles.Moderator], Ct);
        var id = await moderator.SubmitAsync(await ApiRun.ClipAsync(clips, Ct), new() { ["recipe"] = "Top 10 %" }, Ct);
        await moderator.WaitAsync(id, Ct, RunState.Done);

        var clip = (await VerdictAsync(moderator, id)).Clip.ShouldNotBeNull();

        (clip.Decision, clip.Stage, clip.By).ShouldBe((Decision.Allow, ClipStage.Screen, "skin-region"));
        clip.Versions.Models.ShouldBe(["skin-region 1"]);
    }

    [Fact]
    public async Task The_document_of_the_api_describes_the_word_on_a_clip()
    {
        using var client = await app.SignInAsync("clip-reader", [Roles.Submitter], Ct);
        var document = System.Text.Json.JsonElement.Parse(await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), Ct));

        var schemas = document.GetProperty("components").GetProperty("schemas");
        schemas.GetProperty("ClipBody").GetProperty("properties").EnumerateObject().Select(p => p.Name)
            .ShouldBe(["decision", "reason", "stage", "by", "label", "confidence", "rule", "band", "versions", "labels"], ignoreOrder: true);
        schemas.GetProperty("ClipStage").GetProperty("enum").EnumerateArray().Select(e => e.GetString()).ShouldBe(["none", "bank", "screen", "local", "precise", "person"]);
        document.GetProperty("paths").GetProperty("/api/v1/runs/{id}/verdict").GetProperty("get").GetProperty("description").GetString()!.ShouldContain("band");
    }

    private static Task<VerdictBody> VerdictAsync(HttpClient client, RunId id) => client.GetJsonAsync<VerdictBody>($"{WebPaths.Runs}/{id}/verdict", Ct);
}
