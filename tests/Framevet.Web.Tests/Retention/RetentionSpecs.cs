using System.Net;
using System.Net.Http.Json;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Uploads;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Retention;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Storage;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Api;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Retention;

/// <summary>What goes, what stays, and what people are told about it, on the real stores with a clock that is set forward.</summary>
public sealed class RetentionSpecs(ClipFactory clips) : IClassFixture<ClipFactory>
{
    private static readonly RetentionLimit Month = new(MaxDays: 30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 300_000)]
    public async Task The_real_round_removes_what_the_dry_one_said_and_nothing_that_is_kept_or_held()
    {
        await using var app = new AppHost();
        using var client = await app.SignInAsync("ada", [Roles.Admin], Ct);
        var free = await EndedAsync(client, 1);
        var kept = await EndedAsync(client, 2);
        var held = await EndedAsync(client, 3);
        (await PutAsync<RunBody>(client, $"{WebPaths.Runs}/{kept.Id}/keep", new KeepRequest(true))).Upkeep.IsKept.ShouldBeTrue();
        (await PutAsync<RunBody>(client, $"{WebPaths.Runs}/{held.Id}/hold", new LegalHoldRequest(true, "Case 7"))).Upkeep.HoldNote.ShouldBe("Case 7");
        using (var silent = await client.PutAsJsonAsync($"{WebPaths.Runs}/{free.Id}/hold", new LegalHoldRequest(true), PipelineJson.Options, Ct))
        {
            await silent.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-request", Ct);
        }

        var frame = await FrameAsync(app, free.Id);
        (await client.GetByteArrayAsync(new Uri(WebPaths.Frame(free.Id, frame, reveal: true), UriKind.Relative), Ct)).Length.ShouldBeGreaterThan(1000);
        var upload = await client.CreateUploadAsync("half.mp4", 1000, Ct);
        var rules = Enum.GetValues<RetentionKind>().Aggregate(new RetentionRules(), (r, kind) => r.With(kind, Month));
        await SaveAsync(app, rules);
        var clock = new FakeTimeProvider();
        var desk = DeskOf(app, clock);
        Set(clock, TimeSpan.FromDays(29));
        (await desk.SweepAsync(Actor.System, Ct)).ShouldBeEmpty();

        Set(clock, TimeSpan.FromDays(31));
        var dry = (await desk.PlanAsync(null, Admin, Ct)).SelectMany(p => p.Losses).ToList();
        var real = await desk.SweepAsync(Actor.System, Ct);

        real.Select(l => (l.Item.Kind, l.Item.Key, l.Item.Bytes, l.Why)).ShouldBe(dry.Select(l => (l.Item.Kind, l.Item.Key, l.Item.Bytes, l.Why)));
        real.Select(l => l.Item.Kind).Distinct().ShouldBeSubsetOf(Enum.GetValues<RetentionKind>());
        real.ShouldContain(l => l.Item.Kind == RetentionKind.Source && l.Item.Key == free.Sha256 && l.Item.Bytes == free.Bytes);
        real.ShouldContain(l => l.Item.Kind == RetentionKind.PartialUploads);
        real.ShouldContain(l => l.Item.Kind == RetentionKind.Stills);
        real.ShouldAllBe(l => l.Item.Key != kept.Sha256 && l.Item.Key != held.Sha256 && l.Item.Key != kept.Id.ToString() && l.Item.Key != held.Id.ToString());
        (await desk.SweepAsync(Actor.System, Ct)).ShouldBeEmpty();

        var blobs = app.Services.GetRequiredService<IBlobStore>();
        (await blobs.ExistsAsync(KeyOf(free), Ct)).ShouldBeFalse();
        (await blobs.ExistsAsync(KeyOf(kept), Ct)).ShouldBeTrue();
        (await blobs.ExistsAsync(KeyOf(held), Ct)).ShouldBeTrue();
        using (var gone = await client.TusAsync("HEAD", upload, [], null, Ct))
        {
            gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        var audit = (await app.Services.GetRequiredService<AuditQuery>().PageAsync(new AuditFilter(Action: "retention.remove"), 0, 200, Ct)).Rows;
        audit.Select(a => a.Subject).Order(StringComparer.Ordinal).ShouldBe(real.Select(l => $"{l.Item.Kind}/{l.Item.Key}").Order(StringComparer.Ordinal));
        await ShouldTellAsync(client, free.Id, frame);

        // The same file again is taken as new.
        var again = await EndedAsync(client, 1);
        (again.Sha256, again.Upkeep.SourceRemovedAt).ShouldBe((free.Sha256, null));
        (await blobs.ExistsAsync(KeyOf(free), Ct)).ShouldBeTrue();
    }

    [Fact(Timeout = 180_000)]
    public async Task A_hold_beats_the_lifting_of_keep_and_only_an_admin_lifts_it()
    {
        await using var app = new AppHost();
        using var admin = await app.SignInAsync("ada", [Roles.Admin], Ct);
        using var curator = await app.SignInAsync("cat", [Roles.Curator], Ct);
        var run = await EndedAsync(admin, 1);
        await SaveAsync(app, new RetentionRules().With(RetentionKind.Source, new RetentionLimit(MaxCount: 0)));
        var desk = app.Services.GetRequiredService<RetentionDesk>();
        await PutAsync<RunBody>(admin, $"{WebPaths.Runs}/{run.Id}/hold", new LegalHoldRequest(true, "Case 7"));
        await PutAsync<RunBody>(curator, $"{WebPaths.Runs}/{run.Id}/keep", new KeepRequest(true));
        await PutAsync<RunBody>(curator, $"{WebPaths.Runs}/{run.Id}/keep", new KeepRequest(false));
        (await desk.SweepAsync(Actor.System, Ct)).ShouldBeEmpty();
        using (var no = await curator.PutAsJsonAsync($"{WebPaths.Runs}/{run.Id}/hold", new LegalHoldRequest(false), PipelineJson.Options, Ct))
        {
            no.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }

        await PutAsync<RunBody>(admin, $"{WebPaths.Runs}/{run.Id}/hold", new LegalHoldRequest(false));

        (await desk.SweepAsync(Actor.System, Ct)).ShouldHaveSingleItem().Item.Key.ShouldBe(run.Sha256);
    }

    private static Actor Admin { get; } = new("1", "Ada", Rights.Administer);

    private static string KeyOf(RunBody run) => $"media/{run.Sha256[..2]}/{run.Sha256}";

    // Pages say when; nothing fails with a bare "not found".
    private static async Task ShouldTellAsync(HttpClient client, RunId run, long frame)
    {
        var body = await client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{run}", Ct);
        body.Upkeep.ShouldSatisfyAllConditions(u => u.SourceRemovedAt.ShouldNotBeNull(), u => u.PicturesRemovedAt.ShouldNotBeNull(), u => u.EvidenceRemovedAt.ShouldNotBeNull(), u => u.LogRemovedAt.ShouldNotBeNull());
        var day = RunUpkeep.Day(body.Upkeep.SourceRemovedAt!.Value);
        using var export = await client.PostJsonAsync($"{WebPaths.Runs}/{run}/exports", new ExportRequestBody(null), Ct);
        if (body.State == RunState.Done)
        {
            (await export.ShouldBeProblemAsync(HttpStatusCode.Conflict, "conflict", Ct)).ShouldContain($"removed on {day}");
        }
        else
        {
            using var retry = await client.PostJsonAsync($"{WebPaths.Runs}/{run}/retry", null, Ct);
            (await retry.ShouldBeProblemAsync(HttpStatusCode.Conflict, "conflict", Ct)).ShouldContain($"removed on {day}");
        }

        foreach (var picture in new[] { WebPaths.Thumb(run, frame), WebPaths.Frame(run, frame), WebPaths.Frame(run, frame, reveal: true) })
        {
            using var answer = await client.GetAsync(new Uri(picture, UriKind.Relative), Ct);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, picture);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/gif");
        }
    }

    private static RetentionDesk DeskOf(AppHost app, TimeProvider clock)
    {
        T Get<T>()
            where T : notnull => app.Services.GetRequiredService<T>();
        return new RetentionDesk(Get<IRetentionStore>(), Get<IRunStore>(), Get<IBlobStore>(), Get<UploadDesk>(), Get<ISettingsStore>(), Get<IAuditTrail>(), Get<IRunEvents>(), Get<UpkeepGate>(), clock);
    }

    private static void Set(FakeTimeProvider clock, TimeSpan ahead) => clock.Advance(TimeProvider.System.GetUtcNow() + ahead - clock.GetUtcNow());

    private static async Task SaveAsync(AppHost app, RetentionRules rules)
    {
        var store = app.Services.GetRequiredService<ISettingsStore>();
        var current = await store.CurrentAsync(Ct);
        (await store.TrySaveAsync(current.Settings with { Retention = rules }, current.Number, Actor.System, "", Ct)).ShouldNotBeNull();
    }

    private static async Task<long> FrameAsync(AppHost app, RunId run) => (await app.Services.GetRequiredService<IRunStore>().CandidatesAsync(run, Ct)).First(c => c.ThumbKey is not null).Pts.Value;

    private static async Task<T> PutAsync<T>(HttpClient client, string path, object body)
    {
        using var answer = await client.PutAsync(new Uri(path, UriKind.Relative), JsonContent.Create(body, body.GetType(), options: PipelineJson.Options), Ct);
        return await answer.ReadAsync<T>(Ct);
    }

    // A run that rests for people is ended: what is not over loses nothing.
    private async Task<RunBody> EndedAsync(HttpClient client, int seconds)
    {
        var id = await client.SubmitAsync(await ClipAsync(seconds), null, Ct);
        var run = await client.WaitAsync(id, Ct, RunState.Done, RunState.AwaitingReview);
        if (run.State == RunState.AwaitingReview)
        {
            await client.PostJsonAsync<RunBody>($"{WebPaths.Runs}/{id}/cancel", null, Ct);
        }

        return await client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{id}", Ct);
    }

    private async Task<string> ClipAsync(int seconds)
    {
        var path = Path.Combine(clips.Folder, $"clip{seconds}.mp4");
        return File.Exists(path) ? path : await ApiRun.ClipAsync(clips, Ct, seconds);
    }
}
