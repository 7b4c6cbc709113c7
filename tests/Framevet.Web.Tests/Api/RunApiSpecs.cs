using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Framevet.Pipeline.Export;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;

namespace Framevet.Web.Tests.Api;

/// <summary>The whole way of a clip through the API, with the real pipeline behind it.</summary>
public sealed class RunApiSpecs(AppHost app) : IClassFixture<AppHost>
{
    private const int Patience = 120_000;

    [Fact(Timeout = Patience)]
    public async Task A_clip_goes_from_upload_to_a_downloaded_zip()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("uploader", [Roles.Submitter], ct);

        var id = await client.SubmitAsync(await ApiRun.ClipAsync(clips, ct), new() { ["recipe"] = "Top 10 %" }, ct);
        var run = await client.WaitAsync(id, ct, RunState.Done);
        var frames = await client.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames?sort=-quality", ct);
        var picked = await client.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames?state=selected", ct);
        var verdict = await client.GetJsonAsync<VerdictBody>($"{WebPaths.Runs}/{id}/verdict", ct);

        run.Funnel.Sampled.ShouldBe(frames.Total);
        frames.Items.Select(f => f.Quality ?? -1).ShouldBeInOrder(SortDirection.Descending);
        picked.Total.ShouldBe(run.Funnel.Selected);
        verdict.Verdict.ShouldBe("clean");

        var order = await client.PostJsonAsync<ExportBody>($"{WebPaths.Runs}/{id}/exports", new ExportRequestBody(), ct);
        for (var i = 0; i < 300 && order.State is not (ExportState.Done or ExportState.Failed); i++)
        {
            await Task.Delay(100, ct);
            order = await client.GetJsonAsync<ExportBody>($"{WebPaths.Api}/exports/{order.Id}", ct);
        }

        order.State.ShouldBe(ExportState.Done, order.Error);
        using var whole = await client.GetAsync(new Uri(order.File!, UriKind.Relative), ct);
        var bytes = await whole.Content.ReadAsByteArrayAsync(ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, order.File);
        request.Headers.Range = new RangeHeaderValue(10, 19);
        using var part = await client.SendAsync(request, ct);

        whole.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        part.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        (await part.Content.ReadAsByteArrayAsync(ct)).ShouldBe(bytes[10..20]);

        // A download that broke in the middle goes on from there, provided that it is still the same file.
        using var rest = new HttpRequestMessage(HttpMethod.Get, order.File);
        rest.Headers.Range = new RangeHeaderValue(bytes.Length / 2, null);
        rest.Headers.IfRange = new RangeConditionHeaderValue(whole.Headers.ETag.ShouldNotBeNull());
        using var second = await client.SendAsync(rest, ct);
        second.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        byte[] joined = [.. bytes[..(bytes.Length / 2)], .. await second.Content.ReadAsByteArrayAsync(ct)];
        joined.ShouldBe(bytes);
        using var zip = new ZipArchive(new MemoryStream(joined));
        zip.Entries.Select(e => e.Name).ShouldContain("manifest.json");
    }

    [Fact(Timeout = Patience)]
    public async Task A_doubtful_run_rests_until_a_moderator_allows_it()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var owner = await app.SignInAsync("doubtful", [Roles.Submitter], ct);
        using var moderator = await app.SignInAsync("moderator", [Roles.Moderator], ct);
        var id = await owner.SubmitAsync(await ApiRun.ClipAsync(clips, ct), new() { ["recipeJson"] = ApiRun.PeopleDecide }, ct);
        await owner.WaitAsync(id, ct, RunState.AwaitingReview);
        var frame = (await owner.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames", ct)).Items[0];

        var blurred = await BytesAsync(owner, WebPaths.Thumb(id, frame.Pts), ct);
        var stubborn = await BytesAsync(owner, WebPaths.Thumb(id, frame.Pts, reveal: true), ct);
        var unasked = await BytesAsync(moderator, WebPaths.Thumb(id, frame.Pts), ct);
        var revealed = await BytesAsync(moderator, WebPaths.Thumb(id, frame.Pts, reveal: true), ct);
        var fullBlurred = await BytesAsync(owner, WebPaths.Frame(id, frame.Pts), ct);

        stubborn.ShouldBe(blurred);
        unasked.ShouldNotBe(revealed, "who may look is not shown anything unasked; only the strength is theirs");
        revealed.ShouldNotBe(blurred);
        fullBlurred.ShouldBe(blurred);

        var item = (await moderator.GetJsonAsync<PageBody<ReviewListItem>>($"{WebPaths.Api}/review", ct)).Items.Single(i => i.Item.RunId == id).Item;
        var claim = await moderator.PostJsonAsync<ReviewBody>($"{WebPaths.Api}/review/{item.Id}/claim", null, ct);
        claim.State.ShouldBe(ReviewState.Claimed);
        using var late = await moderator.PostJsonAsync($"{WebPaths.Api}/review/{item.Id}/decide", new DecideRequest(claim.Token!.Value + 1, Decision.Allow, ModerationLabels.Clean, "false-alarm"), ct);
        await late.ShouldBeProblemAsync(HttpStatusCode.Conflict, "conflict", ct);
        using var decided = await moderator.PostJsonAsync($"{WebPaths.Api}/review/{item.Id}/decide", new DecideRequest(claim.Token.Value, Decision.Allow, ModerationLabels.Clean, "false-alarm"), ct);
        decided.StatusCode.ShouldBe(HttpStatusCode.OK);
        await owner.WaitAsync(id, ct, RunState.Done);

        (await BytesAsync(owner, WebPaths.Thumb(id, frame.Pts), ct)).ShouldBe(revealed);
        (await BytesAsync(owner, WebPaths.Frame(id, frame.Pts), ct)).Length.ShouldBeGreaterThan(blurred.Length);
    }

    [Fact(Timeout = Patience)]
    public async Task A_picture_is_asked_for_again_when_its_verdict_changed()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var owner = await app.SignInAsync("cacher", [Roles.Admin], ct);
        var id = await owner.SubmitAsync(await ApiRun.ClipAsync(clips, ct), new() { ["recipeJson"] = ApiRun.PeopleDecide }, ct);
        await owner.WaitAsync(id, ct, RunState.AwaitingReview);
        var pts = (await owner.GetJsonAsync<PageBody<FrameItem>>($"{WebPaths.Runs}/{id}/frames", ct)).Items[0].Pts;

        using var blurred = await owner.GetAsync(new Uri(WebPaths.Thumb(id, pts), UriKind.Relative), ct);
        using var same = await AskAgainAsync(owner, WebPaths.Thumb(id, pts), blurred.Headers.ETag!, ct);
        using var other = await AskAgainAsync(owner, WebPaths.Thumb(id, pts, reveal: true), blurred.Headers.ETag!, ct);

        blurred.Headers.CacheControl!.NoCache.ShouldBeTrue();
        blurred.Headers.CacheControl.Private.ShouldBeTrue();
        same.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact(Timeout = Patience)]
    public async Task What_belongs_to_others_does_not_exist_for_a_submitter()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var owner = await app.SignInAsync("mine", [Roles.Submitter], ct);
        using var other = await app.SignInAsync("other", [Roles.Submitter], ct);
        var id = await owner.SubmitAsync(await ApiRun.ClipAsync(clips, ct), null, ct);

        foreach (var path in new[] { "", "/frames", "/frames/0", "/verdict", "/scenes", "/log" })
        {
            using var answer = await other.GetAsync(new Uri($"{WebPaths.Runs}/{id}{path}", UriKind.Relative), ct);
            await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not-found", ct);
        }

        using var cancel = await other.PostJsonAsync($"{WebPaths.Runs}/{id}/cancel", null, ct);
        await cancel.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not-found", ct);
        (await other.GetJsonAsync<PageBody<RunItem>>(WebPaths.Runs, ct)).Items.ShouldNotContain(r => r.Id == id);
        (await owner.GetJsonAsync<PageBody<RunItem>>(WebPaths.Runs, ct)).Items.ShouldContain(r => r.Id == id);
    }

    [Fact(Timeout = Patience)]
    public async Task Cancelling_takes_two_seconds_at_most_and_leaves_no_tool()
    {
        var ct = TestContext.Current.CancellationToken;
        using var clips = new ClipFactory();
        using var client = await app.SignInAsync("canceller", [Roles.Submitter], ct);
        var clip = await clips.MakeAsync("long.mp4", "testsrc2=s=1280x720:r=25:d=60", ["-pix_fmt", "yuv420p", "-preset", "ultrafast"], ct);
        var id = await client.SubmitAsync(clip, null, ct);
        await client.WaitAsync(id, ct, RunState.Running);

        using var cancel = await client.PostJsonAsync($"{WebPaths.Runs}/{id}/cancel", null, ct);
        cancel.StatusCode.ShouldBe(HttpStatusCode.OK);
        var deadline = Task.Delay(TimeSpan.FromSeconds(2), ct);
        RunBody run;
        do
        {
            run = await client.GetJsonAsync<RunBody>($"{WebPaths.Runs}/{id}", ct);
        }
        while (run.State != RunState.Cancelled && !deadline.IsCompleted);

        run.State.ShouldBe(RunState.Cancelled);
        System.Diagnostics.Process.GetProcessesByName("ffmpeg").Where(p => CommandLine(p.Id).Contains(run.Sha256, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string CommandLine(int process) =>
        File.Exists($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/cmdline") ? File.ReadAllText($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/cmdline") : "";

    private static Task<HttpResponseMessage> AskAgainAsync(HttpClient client, string path, EntityTagHeaderValue tag, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.IfNoneMatch.Add(tag);
        return client.SendAsync(request, ct);
    }

    private static async Task<byte[]> BytesAsync(HttpClient client, string path, CancellationToken ct)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("image/jpeg");
        return await answer.Content.ReadAsByteArrayAsync(ct);
    }
}
