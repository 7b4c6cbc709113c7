using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Framevet.Data.Queries;
using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Scenes;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>Scenes over the API, exports in a chosen form, and what the trail keeps of settings.</summary>
public sealed class SceneApiSpecs(AppHost app) : IClassFixture<AppHost>
{
    private const int Patience = 120_000;

    [Fact(Timeout = Patience)]
    public async Task Scenes_are_listed_and_frames_are_asked_for_by_scene()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("scenes", [Roles.Submitter], ct);
        var id = await client.SubmitAsync(await ApiRun.ClipAsync(clips, ct), new() { ["recipe"] = "Top 10 %" }, ct);
        var run = await client.WaitAsync(id, ct, RunState.Done);
        var all = (await client.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames", ct)).Items;
        (await client.GetJsonAsync<SceneBody[]>($"{WebPaths.Runs}/{id}/scenes", ct)).ShouldBeEmpty();

        await SaveScenesAsync(id, run.Media!.TimeBase, all, ct);

        var scenes = await client.GetJsonAsync<SceneBody[]>($"{WebPaths.Runs}/{id}/scenes", ct);
        var second = await client.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames?scene=2", ct);
        scenes.Select(s => s.Number).ShouldBe([1, 2]);
        scenes.Sum(s => s.Scored).ShouldBe(all.Length);
        scenes[0].EndSeconds.ShouldBe(scenes[1].StartSeconds);
        second.Items.Select(f => f.Pts).ShouldBe(all[2..].Select(f => f.Pts));
        (await client.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames?scene=9", ct)).Total.ShouldBe(0);
    }

    [Fact(Timeout = Patience)]
    public async Task An_export_is_written_as_asked_for_and_keeps_the_reason_of_a_pick()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("exporter", [Roles.Submitter], ct);
        var id = await client.SubmitAsync(await ApiRun.ClipAsync(clips, ct, 3), new() { ["recipe"] = "Keyframe sweep" }, ct);
        await client.WaitAsync(id, ct, RunState.Done);

        var order = await client.PostJsonAsync<ExportBody>($"{WebPaths.Runs}/{id}/exports", new ExportRequestBody(null, new PartSpec("zip").With("format", "jpeg").With("quality", 60)), ct);
        for (var i = 0; i < 300 && order.State is not (ExportState.Done or ExportState.Failed); i++)
        {
            await Task.Delay(100, ct);
            order = await client.GetJsonAsync<ExportBody>($"{WebPaths.Api}/exports/{order.Id}", ct);
        }

        order.State.ShouldBe(ExportState.Done, order.Error);
        await using var zip = new System.IO.Compression.ZipArchive(await client.GetStreamAsync(new Uri(order.File!, UriKind.Relative), ct));
        zip.Entries.ShouldContain(e => e.Name.EndsWith(".jpg", StringComparison.Ordinal));
        using var manifest = await JsonDocument.ParseAsync(await zip.GetEntry("manifest.json")!.OpenAsync(ct), cancellationToken: ct);
        var pick = (await app.Services.GetRequiredService<FramesQuery>().PageAsync(new FramesFilter(id, [FrameState.Selected]), 0, 1, ct)).Rows[0];
        var reason = (await app.Services.GetRequiredService<FramesQuery>().GetAsync(id, pick.Pts, ct))!.PickReason.ShouldNotBeNull();
        manifest.RootElement.GetRawText().ShouldContain(JsonSerializer.Serialize(reason).Trim('"')[..10]);
    }

    [Theory(Timeout = Patience)]
    [InlineData("folder", "command line")]
    [InlineData("zipp", "did you mean")]
    public async Task An_exporter_that_cannot_be_is_refused_before_anything_is_queued(string exporter, string says)
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync($"refused-{exporter}", [Roles.Submitter], ct);
        var id = await client.SubmitAsync(await ApiRun.ClipAsync(clips, ct), new() { ["recipe"] = "Top 10 %" }, ct);
        await client.WaitAsync(id, ct, RunState.Done);

        using var answer = await client.PostJsonAsync($"{WebPaths.Runs}/{id}/exports", new ExportRequestBody(null, new PartSpec(exporter)), ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(ct)).ShouldContain(says);
    }

    [Fact]
    public async Task The_trail_keeps_what_a_settings_change_changed()
    {
        var ct = TestContext.Current.CancellationToken;
        using var admin = await app.SignInAsync("tuner", [Roles.Admin], ct);
        var now = await admin.GetJsonAsync<SettingsBody>($"{WebPaths.Api}/settings", ct);
        using var answer = await admin.PutAsync(new Uri($"{WebPaths.Api}/settings", UriKind.Relative),
            new StringContent(JsonSerializer.Serialize(new SettingsRequest(now.Settings with { LeaseMinutes = 23 }, now.Version), Framevet.Pipeline.PipelineJson.Options), null, "application/json"), ct);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var entry = (await app.Services.GetRequiredService<AuditQuery>().PageAsync(new AuditFilter(Action: "settings.save"), 0, 1, ct)).Rows[0];
        entry.Before.ShouldBe($$"""{"leaseMinutes":{{now.Settings.LeaseMinutes}}}""");
        entry.After.ShouldBe("""{"leaseMinutes":23}""");
    }

    private async Task SaveScenesAsync(RunId id, TimeBase unit, ImmutableArray<FrameItem> all, CancellationToken ct)
    {
        FrameStamp Stamp(int i) => new(all[i].Index, new Pts(all[i].Pts, unit));
        await app.Services.GetRequiredService<IRunStore>().SaveScenesAsync(id, [new Scene(1, Stamp(0), Stamp(1)), new Scene(2, Stamp(2), Stamp(all.Length - 1))], ct);
    }
}
