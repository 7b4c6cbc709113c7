using System.Collections.Immutable;
using System.Net;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>Who screens a run of the default recipe: the local classifier where its model is there. With the real model.</summary>
public sealed class ScreenWithModelSpecs(RealModelsHost app) : IClassFixture<RealModelsHost>
{
    [Fact(Timeout = 120_000)]
    public async Task The_classifier_screens_where_its_model_is_there_and_the_run_says_so()
    {
        TestModels.Path("nsfwjs_mobilenet_v2.onnx").ShouldNotBeNull();
        using var client = await app.SignInAsync("screened-by-model", [Roles.Submitter, Roles.Moderator], TestContext.Current.CancellationToken);

        var (judgements, log, verdict) = await ScreenedRun.OfAsync(app, client);

        judgements.ShouldAllBe(j => j.Verdict.By == "local-model");
        judgements.ShouldAllBe(j => j.Verdict.Basis!.Model!.StartsWith("local-model nsfwjs-mobilenet ", StringComparison.Ordinal));
        log.ShouldContain(l => l.Level == RunLogLevel.Info && l.Text == "Screened by local-model.");
        verdict.Clip!.Stage.ShouldBe(ClipStage.Local);
    }
}

/// <summary>The same where it is not.</summary>
public sealed class ScreenWithoutModelSpecs(AppHost app) : IClassFixture<AppHost>
{
    [Fact(Timeout = 120_000)]
    public async Task The_skin_screen_stands_in_where_it_is_not_and_the_run_says_why()
    {
        using var client = await app.SignInAsync("screened-by-skin", [Roles.Submitter, Roles.Moderator], TestContext.Current.CancellationToken);

        var (judgements, log, verdict) = await ScreenedRun.OfAsync(app, client);

        judgements.ShouldAllBe(j => j.Verdict.By == "skin-region");
        log.ShouldContain(l => l.Level == RunLogLevel.Warning && l.Text.StartsWith("Screened by skin-region, since local-model is not ready: ", StringComparison.Ordinal) && l.Text.Contains("nsfwjs_mobilenet_v2.onnx", StringComparison.Ordinal));
        verdict.Clip!.Stage.ShouldBe(ClipStage.Screen);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_classifier_alone_is_not_run_without_its_model()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("model-alone", [Roles.Submitter], ct);
        var alone = BuiltInRecipes.TopTenth with { Moderation = BuiltInRecipes.TopTenth.Moderation with { Backends = [new PartSpec("local-model")] } };

        using var answer = await client.UploadAsync([await ApiRun.ClipAsync(clips, ct)], new() { ["recipeJson"] = System.Text.Json.JsonSerializer.Serialize(alone, PipelineJson.Options) }, ct);

        answer.StatusCode.ShouldNotBe(HttpStatusCode.Created);
        (await answer.Content.ReadAsStringAsync(ct)).ShouldContain("nsfwjs");
    }
}

/// <summary>A run of the default recipe, and what was said about it.</summary>
internal static class ScreenedRun
{
    public static async Task<(ImmutableArray<Judgement> Judgements, LogBody[] Log, VerdictBody Verdict)> OfAsync(AppHost app, HttpClient client)
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        var id = await client.SubmitAsync(await ApiRun.ClipAsync(clips, ct), new() { ["recipe"] = BuiltInRecipes.BestFrames.Name }, ct);
        await client.WaitAsync(id, ct, RunState.Done, RunState.AwaitingReview);
        var frames = await app.Services.GetRequiredService<IRunStore>().CandidatesAsync(id, ct);
        frames.ShouldNotBeEmpty();
        return ([.. frames.Select(f => f.Judgement!)], await client.GetJsonAsync<LogBody[]>($"{WebPaths.Runs}/{id}/log", ct), await client.GetJsonAsync<VerdictBody>($"{WebPaths.Runs}/{id}/verdict", ct));
    }
}
