using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using Framevet.Data.Tables;
using Framevet.Pipeline.Frames;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Selection;
using Framevet.Pipeline.Sharing;
using Framevet.Pipeline.Storage;
using Framevet.Pipeline.Tools;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>Links for guests, from both sides, and selecting anew.</summary>
public sealed class SharingSpecs(AppHost app) : IClassFixture<AppHost>
{
    private const int Patience = 180_000;
    private const long Pick = 0, Allowed = 1000, InReview = 2000, Blocked = 3000, Lost = 4000, Unjudged = 5000;

    private static readonly TimeBase Unit = new(1, 1000);
    private static readonly long[] All = [Pick, Allowed, InReview, Blocked, Lost, Unjudged];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = Patience)]
    [InlineData("Picks", new[] { Pick })]
    [InlineData("Allowed", new[] { Pick, Allowed })]
    public async Task A_guest_sees_what_a_verdict_allows_and_nothing_else(string frames, long[] shown)
    {
        using var owner = await app.SignInAsync($"sharer-{frames}", [Roles.Submitter], Ct);
        var run = await RunAsync($"sharer-{frames}");
        var path = (await ShareAsync(owner, run, new ShareRequest("Holiday", Enum.Parse<SharedFrames>(frames)))).Path;
        using var guest = app.Anonymous();

        var page = await guest.GetAsync(new Uri(path, UriKind.Relative), Ct);
        var html = await page.Content.ReadAsStringAsync(Ct);

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Headers.CacheControl!.NoStore.ShouldBeTrue();
        page.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("script-src 'self'");
        Regex.Matches(html, "data-testid=\"guest-frame-(\\d+)\"").Select(m => long.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(shown);
        foreach (var pts in All)
        {
            foreach (var kind in (string[])["thumbs", "frames"])
            {
                using var picture = await guest.GetAsync(new Uri($"{path}/{kind}/{pts}.jpg", UriKind.Relative), Ct);
                picture.StatusCode.ShouldBe(shown.Contains(pts) ? HttpStatusCode.OK : HttpStatusCode.NotFound, $"{kind} {pts}");
            }
        }

        // A verdict that changes takes the frame away at once.
        await app.Services.GetRequiredService<IRunStore>().SaveVerdictsAsync(run, [(new Pts(Pick, Unit), new Verdict(Decision.Block, "After all.", "Mia"))], Ct);
        (await StatusAsync(guest, $"{path}/thumbs/{Pick}.jpg")).ShouldBe(HttpStatusCode.NotFound);
        (await guest.GetStringAsync(new Uri(path, UriKind.Relative), Ct)).ShouldNotContain($"guest-frame-{Pick}\"");
    }

    [Fact(Timeout = Patience)]
    public async Task A_link_that_never_was_is_over_or_was_revoked_is_not_there()
    {
        using var owner = await app.SignInAsync("revoker", [Roles.Submitter], Ct);
        var run = await RunAsync("revoker");
        var revoked = await ShareAsync(owner, run, new ShareRequest("Revoked", MayPick: true));
        var over = await ShareAsync(owner, run, new ShareRequest("Over"));
        using var guest = app.Anonymous();
        (await StatusAsync(guest, revoked.Path)).ShouldBe(HttpStatusCode.OK);

        using (var answer = await owner.DeleteAsync(new Uri($"{WebPaths.Api}/shares/{revoked.Share.Id}", UriKind.Relative), Ct))
        {
            (await answer.ReadAsync<Share>(Ct)).RevokedAt.ShouldNotBeNull();
        }

        await SqlAsync($"UPDATE \"Shares\" SET \"ExpiresAt\" = {TimeProvider.System.GetUtcNow().AddSeconds(-1).UtcTicks} WHERE \"Title\" = 'Over'");
        var bodies = new List<(string Part, string Body)>();
        foreach (var path in (string[])[revoked.Path, over.Path, "/g/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "/g/x"])
        {
            foreach (var part in (string[])["", $"/thumbs/{Pick}.jpg", $"/frames/{Pick}.jpg"])
            {
                using var answer = await guest.GetAsync(new Uri(path + part, UriKind.Relative), Ct);
                answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path + part);
                bodies.Add((Path.GetFileName(part), Regex.Replace(await answer.Content.ReadAsStringAsync(Ct), "\"traceId\":\"[^\"]*\"", "")));
            }

            using var form = new FormUrlEncodedContent([new("pts", "0"), new("on", "1")]);
            using var pick = await guest.PostAsync(new Uri($"{path}/picks", UriKind.Relative), form, Ct);
            pick.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        bodies.Distinct().Count().ShouldBe(2, "a page and a picture that is missing; why it is cannot be told");
        var audit = await SqlAsync("SELECT group_concat(\"Action\") FROM \"Audit\"");
        audit.ShouldContain("share.create");
        audit.ShouldContain("share.revoke");
    }

    [Fact(Timeout = Patience)]
    public async Task Nobody_tries_passwords_of_links_without_end()
    {
        // The limit is per address, and all tests have the same.
        await using var own = new AppHost();
        using var guest = own.Anonymous();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < new GuestOptions().PasswordsPerMinute + 1; i++)
        {
            using var form = new FormUrlEncodedContent([new("password", $"guess {i}")]);
            using var answer = await guest.PostAsync(new Uri("/g/no-such-link/password", UriKind.Relative), form, Ct);
            answers.Add(answer.StatusCode);
        }

        answers.SkipLast(1).ShouldAllBe(a => a == HttpStatusCode.NotFound);
        answers[^1].ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact(Timeout = Patience)]
    public async Task A_password_is_asked_for_before_anything_is_shown_and_no_secret_is_stored()
    {
        using var owner = await app.SignInAsync("keeper", [Roles.Submitter], Ct);
        var run = await RunAsync("keeper");
        var share = await ShareAsync(owner, run, new ShareRequest("Behind a door", Password: "open sesame", Watermark: "Proof for Olga"));
        using var guest = app.Anonymous();

        var door = await guest.GetStringAsync(new Uri(share.Path, UriKind.Relative), Ct);
        door.ShouldContain("guest-password-form");
        door.ShouldNotContain("Behind a door");
        (await StatusAsync(guest, $"{share.Path}/thumbs/{Pick}.jpg")).ShouldBe(HttpStatusCode.NotFound);
        using (var wrong = await AppHost.PostFormAsync(guest, share.Path, $"{share.Path}/password", new() { ["password"] = "open barley" }, Ct))
        {
            wrong.Headers.Location!.ToString().ShouldEndWith("?wrong=1");
        }

        (await StatusAsync(guest, $"{share.Path}/thumbs/{Pick}.jpg")).ShouldBe(HttpStatusCode.NotFound);
        using (var bare = new FormUrlEncodedContent([new("password", "open sesame")]))
        {
            using var forged = await guest.PostAsync(new Uri($"{share.Path}/password", UriKind.Relative), bare, Ct);
            forged.StatusCode.ShouldBe(HttpStatusCode.BadRequest, "a form of another site");
        }

        using (var right = await AppHost.PostFormAsync(guest, share.Path, $"{share.Path}/password", new() { ["password"] = "open sesame" }, Ct))
        {
            right.Headers.Location!.ToString().ShouldBe(share.Path);
        }

        (await guest.GetStringAsync(new Uri(share.Path, UriKind.Relative), Ct)).ShouldContain($"guest-frame-{Pick}");
        var clear = await app.Services.GetRequiredService<IBlobStore>().OpenReadAsync($"thumbs/{run}/{Pick}.jpg", Ct);
        using var original = new MemoryStream();
        await clear!.CopyToAsync(original, Ct);
        await clear.DisposeAsync();
        (await guest.GetByteArrayAsync(new Uri($"{share.Path}/thumbs/{Pick}.jpg", UriKind.Relative), Ct)).ShouldNotBe(original.ToArray(), "the watermark is on it");

        var row = await SqlAsync("SELECT \"TokenHash\" || ' ' || \"PasswordHash\" FROM \"Shares\" WHERE \"Title\" = 'Behind a door'");
        row.ShouldNotContain(share.Path["/g/".Length..]);
        row.ShouldNotContain("sesame");
        row.ShouldStartWith(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(share.Path["/g/".Length..]))));
        (await owner.GetStringAsync(new Uri($"{WebPaths.Runs}/{run}/shares", UriKind.Relative), Ct)).ShouldNotContain(share.Path["/g/".Length..]);
    }

    [Fact(Timeout = Patience)]
    public async Task Guests_pick_where_they_may_and_the_owner_sees_it_at_once()
    {
        using var owner = await app.SignInAsync("asker", [Roles.Submitter], Ct);
        using var stranger = await app.SignInAsync("nosy", [Roles.Submitter], Ct);
        var run = await RunAsync("asker");
        var share = await ShareAsync(owner, run, new ShareRequest("Choose", SharedFrames.Allowed, MayPick: true));
        var readOnly = await ShareAsync(owner, run, new ShareRequest("Look", SharedFrames.Allowed));
        using var one = app.Anonymous();
        using var two = app.Anonymous();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var news = app.Services.GetRequiredService<IRunEvents>().WatchAsync(run, stop.Token).GetAsyncEnumerator(stop.Token);
        var next = news.MoveNextAsync();

        foreach (var guest in (HttpClient[])[one, two])
        {
            using var answer = await AppHost.PostFormAsync(guest, share.Path, $"{share.Path}/picks", new() { ["pts"] = "1000", ["on"] = "1" }, Ct);
            answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        }

        (await next).ShouldBeTrue();
        news.Current.ShouldBeOfType<ShareChanged>().ShareId.ShouldBe(share.Share.Id);
        using (var again = await AppHost.PostFormAsync(one, share.Path, $"{share.Path}/picks", new() { ["pts"] = "0", ["on"] = "1" }, Ct))
        {
            again.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        }

        using (var forbidden = await AppHost.PostFormAsync(one, share.Path, $"{share.Path}/picks", new() { ["pts"] = "3000", ["on"] = "1" }, Ct))
        {
            forbidden.StatusCode.ShouldBe(HttpStatusCode.NotFound, "what a guest cannot see a guest cannot pick");
        }

        using (var looking = await AppHost.PostFormAsync(one, share.Path, $"{readOnly.Path}/picks", new() { ["pts"] = "0", ["on"] = "1" }, Ct))
        {
            looking.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }

        using (var bare = new FormUrlEncodedContent([new("pts", "0"), new("on", "1")]))
        {
            using var forged = await one.PostAsync(new Uri($"{share.Path}/picks", UriKind.Relative), bare, Ct);
            forged.StatusCode.ShouldBe(HttpStatusCode.BadRequest, "a form of another site");
        }

        var picks = await owner.GetJsonAsync<GuestPick[]>($"{WebPaths.Api}/shares/{share.Share.Id}/picks", Ct);
        picks.Select(p => (p.Pts, p.Guests)).ShouldBe([(Allowed, 2), (Pick, 1)]);
        (await StatusAsync(stranger, $"{WebPaths.Api}/shares/{share.Share.Id}/picks")).ShouldBe(HttpStatusCode.NotFound);
        await stop.CancelAsync();
        using var export = await owner.PostJsonAsync($"{WebPaths.Runs}/{run}/exports", new ExportRequestBody(What: new ExportWhat(Share: share.Share.Id)), Ct);
        (await export.ReadAsync<ExportBody>(Ct)).Frames.ShouldBe(2);
    }

    [Fact(Timeout = Patience)]
    public async Task A_finished_run_is_selected_anew_kept_compared_and_put_into_effect()
    {
        using var owner = await app.SignInAsync("tuner", [Roles.Submitter], Ct);
        var run = await RunAsync("tuner");
        var recipe = BuiltInRecipes.TopTenth with { Metrics = [], Selector = new PartSpec("top").With("score", "sharpness").With("count", 2), Gates = [], Moderation = BuiltInRecipes.TopTenth.Moderation };
        recipe = recipe with { Metrics = [new PartSpec("sharpness")] };
        var at = $"{WebPaths.Runs}/{run}/selections";

        using var trial = await owner.PostJsonAsync($"{at}/try", new SelectionRequest(recipe), Ct);
        var tried = await trial.ReadAsync<TriedSelection>(Ct);
        using var kept = await owner.PostJsonAsync(at, new SelectionRequest(recipe, "sharper"), Ct);
        var version = await kept.ReadAsync<SelectionVersion>(Ct);

        // The lost frame comes back when no gate is left, since a verdict allows it; what is blocked or in doubt never does.
        tried.Picks.Select(p => p.Pts).ShouldBe([Lost, Allowed]);
        (tried.Change.Gained.Length, tried.Change.Lost.Length, tried.Change.Moved.Length).ShouldBe((2, 1, 0));
        (version.Number, version.Note, version.AppliedAt).ShouldBe((1, "sharper", null));
        (await FramesAsync(owner, run, "selected")).ShouldBe([Pick]);
        (await owner.GetJsonAsync<SelectionChange>($"{at}/compare?from=0&to=1", Ct)).Gained.Select(p => p.Pts).ShouldBe([Lost, Allowed]);

        using var applied = await owner.PostJsonAsync($"{at}/1/apply", new { }, Ct);
        (await applied.ReadAsync<SelectionVersion>(Ct)).AppliedAt.ShouldNotBeNull();
        (await FramesAsync(owner, run, "selected")).ShouldBe([Allowed, Lost], ignoreOrder: true);
        (await owner.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{run}", Ct)).Funnel.Selected.ShouldBe(2);
        (await owner.GetJsonAsync<SelectionChange>($"{at}/compare?from=0&to=1", Ct)).Same.ShouldBe(2);
        using var refused = await owner.PostJsonAsync(at, new SelectionRequest(recipe with { Gates = [new PartSpec("no-such")] }), Ct);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private static async Task<NewShareBody> ShareAsync(HttpClient owner, RunId run, ShareRequest wish)
    {
        using var answer = await owner.PostJsonAsync($"{WebPaths.Runs}/{run}/shares", wish, Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        return await answer.ReadAsync<NewShareBody>(Ct);
    }

    private static async Task<long[]> FramesAsync(HttpClient client, RunId run, string state) =>
        [.. (await client.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{run}/frames?state={state}", Ct)).Items.Select(f => f.Pts)];

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Ct);
        return answer.StatusCode;
    }

    private async Task<string> SqlAsync(string sql)
    {
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(app.Folder, "framevet.db"), Pooling = false }.ToString());
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync(Ct))?.ToString() ?? "";
    }

    /// <summary>A finished run with a frame of every kind: picked, allowed, in review, blocked, lost at a gate though allowed, and without any verdict.</summary>
    private async Task<RunId> RunAsync(string owner)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var user = (await scope.ServiceProvider.GetRequiredService<UserManager<FramevetUser>>().FindByNameAsync(owner))!;
        var store = app.Services.GetRequiredService<IRunStore>();
        var now = TimeProvider.System.GetUtcNow();
        var id = RunId.New(now);
        await store.AddAsync(new Run
        {
            Id = id, OwnerId = user.Id, SourceName = "holiday.mp4", MediaSha256 = id.ToString().PadRight(64, '0'), MediaKey = $"media/{id}", MediaBytes = 1, Recipe = BuiltInRecipes.TopTenth,
            State = RunState.Done, Reason = "Done.", CreatedAt = now,
        }, Ct);
        var funnel = new Funnel(Decoded: 6, Sampled: 6, Selected: 1);
        await store.SaveProgressAsync(id, funnel, new MediaFacts("video", "mp4", "h264", "yuv420p", 64, 36, TimeSpan.FromSeconds(6), 1, 0, Unit, null), Ct);
        ImmutableArray<Candidate> frames =
        [
            Frame(id, Pick, Decision.Allow, 10), Frame(id, Allowed, Decision.Allow, 20), Frame(id, InReview, Decision.Escalate, 90), Frame(id, Blocked, Decision.Block, 95),
            Frame(id, Lost, Decision.Allow, 30) with { Losses = [new Loss(LossStage.Gating, "threshold", "Too dark.")] }, Frame(id, Unjudged, null, 99),
        ];
        var jpeg = new JpegCodec().Encode(new RgbImage(320, 180, [.. Enumerable.Range(0, 320 * 180 * 3).Select(i => (byte)(i / 7))]), 90);
        foreach (var pts in All)
        {
            await app.Services.GetRequiredService<IBlobStore>().PutAsync($"thumbs/{id}/{pts}.jpg", jpeg, Ct);
            await app.Services.GetRequiredService<IBlobStore>().PutAsync($"frames/{id}/{pts}.jpg", jpeg, Ct);
        }

        await store.SaveCandidatesAsync(id, frames, funnel, Ct);
        await store.SaveSelectionAsync(id, [new Framevet.Pipeline.Selection.Pick(frames[0], 1, "best")], [], funnel, Ct);
        return id;
    }

    private static Candidate Frame(RunId run, long pts, Decision? decision, float sharpness) => new(
        new Pts(pts, Unit), (int)(pts / 1000), ImmutableSortedDictionary<string, float>.Empty.Add("sharpness", sharpness).Add("quality", sharpness), (ulong)pts, $"thumbs/{run}/{pts}.jpg", [],
        decision is { } d ? new Judgement(new Verdict(d, "For a test.", "policy"), []) : null);
}
