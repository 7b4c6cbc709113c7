using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using Framevet.Pipeline;
using Framevet.Pipeline.Ingest.Quotas;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>Quotas refuse when something is to be brought in, in a sentence, and never at its end.</summary>
public sealed class QuotaSpecs(AppHost app, ClipFactory clips) : IClassFixture<AppHost>, IClassFixture<ClipFactory>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_over_the_quota_are_refused_before_the_first_of_them()
    {
        using var client = await SignInAsync("bytes", new Quota(StoredMegabytes: 2));

        (await CreateAsync(client, 3 << 20)).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await CreateAsync(client, 3 << 19)).ShouldBe(HttpStatusCode.Created);
        using (var refused = await client.TusAsync("POST", WebPaths.Uploads, Headers(1 << 20), null, Ct))
        {
            (await refused.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "source-too-large", Ct)).ShouldContain("may have 2 MiB");
        }

        using var folder = new TemporaryFolder();
        using var form = await client.UploadAsync([folder.Write("large.mp4", new byte[6 << 20])], null, Ct);
        await form.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "source-too-large", Ct);
        (await client.GetJsonAsync<QuotaBody>("/api/v1/quota", Ct)).Usage.StoredBytes.ShouldBe(3 << 19);
    }

    [Fact]
    public async Task More_files_a_day_than_allowed_are_refused_whichever_way_they_come()
    {
        using var client = await SignInAsync("files", new Quota(FilesPerDay: 2));

        (await CreateAsync(client, 10)).ShouldBe(HttpStatusCode.Created);
        using var folder = new TemporaryFolder();
        string[] files = [folder.Write("a.mp4", [1, 2, 3]), folder.Write("b.mp4", [1, 2, 3, 4])];
        using (var mixed = await client.UploadAsync(files, null, Ct))
        {
            (await mixed.ReadAsync<SubmitBody>(Ct)).ShouldSatisfyAllConditions(b => b.Runs.Length.ShouldBe(1), b => b.Refused.ShouldHaveSingleItem().Type.ShouldBe("urn:framevet:quota-exceeded"));
        }

        using var refused = await client.TusAsync("POST", WebPaths.Uploads, Headers(10), null, Ct);
        (await refused.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "quota-exceeded", Ct)).ShouldContain("2 files today");
        using var links = await client.PostJsonAsync(WebPaths.Links, new LinksWish(["https://example.org/a.mp4"]), Ct);
        await links.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "quota-exceeded", Ct);
        using var known = await client.PostJsonAsync($"{WebPaths.Uploads}/known", new KnownFile(new string('a', 64), "a.mp4"), Ct);
        await known.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "quota-exceeded", Ct);
    }

    [Fact]
    public async Task Of_many_who_want_the_last_place_at_once_one_gets_it()
    {
        using var client = await SignInAsync("race", new Quota(FilesPerDay: 1));

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CreateAsync(client, 10)));

        answers.Count(a => a == HttpStatusCode.Created).ShouldBe(1);
        answers.Count(a => a == HttpStatusCode.TooManyRequests).ShouldBe(7);
    }

    [Fact(Timeout = 180_000)]
    public async Task Unfinished_runs_and_minutes_of_video_are_counted()
    {
        using var client = await SignInAsync("runs", new Quota(ConcurrentRuns: 1, MinutesPerDay: 1));
        var clip = await clips.MakeAsync("minute.mp4", "testsrc2=s=64x64:r=1:d=61", ["-pix_fmt", "yuv420p"], Ct);
        var run = await client.SubmitAsync(clip, new() { ["recipeJson"] = ApiRun.PeopleDecide }, Ct);
        await client.WaitAsync(run, Ct, RunState.AwaitingReview);

        using (var atOnce = await client.UploadAsync([clip], null, Ct))
        {
            (await atOnce.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "quota-exceeded", Ct)).ShouldContain("1 unfinished runs");
        }

        await client.PostJsonAsync<RunBody>($"{WebPaths.Runs}/{run}/cancel", null, Ct);
        using var minutes = await client.UploadAsync([clip], null, Ct);
        (await minutes.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "quota-exceeded", Ct)).ShouldContain("minutes of video");
    }

    [Fact]
    public async Task The_most_generous_role_counts_and_an_accounts_own_limit_beats_it()
    {
        var byRole = ImmutableSortedDictionary<string, Quota>.Empty.Add(Roles.Submitter, new Quota(10, 5)).Add(Roles.Moderator, new Quota(20, null));

        Quota.Of(null, [Roles.Submitter], byRole).ShouldBe(new Quota(10, 5));
        Quota.Of(null, [Roles.Submitter, Roles.Moderator], byRole).ShouldBe(new Quota(20, null));
        Quota.Of(null, [Roles.Submitter, Roles.Curator], byRole).ShouldBe(Quota.None);
        Quota.Of(new Quota(FilesPerDay: 1), [Roles.Submitter], byRole).ShouldBe(new Quota(10, 1));

        var store = app.Services.GetRequiredService<ISettingsStore>();
        var before = await store.CurrentAsync(Ct);
        var limits = before.Settings.Limits with { Quotas = ImmutableSortedDictionary<string, Quota>.Empty.Add(Roles.Lead, new Quota(FilesPerDay: 0)) };
        (await store.TrySaveAsync(before.Settings with { Limits = limits }, before.Number, Actor.System, "", Ct)).ShouldNotBeNull();
        using var lead = await app.SignInAsync("lead-of-quota", [Roles.Lead], Ct);
        (await CreateAsync(lead, 10)).ShouldBe(HttpStatusCode.TooManyRequests);
        await SetAsync("lead-of-quota", new Quota(FilesPerDay: 1));
        (await CreateAsync(lead, 10)).ShouldBe(HttpStatusCode.Created);
    }

    private async Task<HttpClient> SignInAsync(string name, Quota quota)
    {
        var client = await app.SignInAsync($"quota-{name}", [Roles.Submitter], Ct);
        await SetAsync($"quota-{name}", quota);
        return client;
    }

    private async Task SetAsync(string name, Quota quota)
    {
        using var admin = await app.KeyClientAsync($"admin-for-{name}", [Roles.Admin], [Scopes.SettingsWrite], Ct);
        var user = (await app.Services.GetRequiredService<Data.Queries.UsersQuery>().PageAsync(name, 0, 10, Ct)).Rows.Single(u => u.Name == name);
        using var answer = await admin.PutAsJsonAsync($"/api/v1/users/{user.Id}/quota", quota, PipelineJson.Options, Ct);
        (await answer.ReadAsync<QuotaBody>(Ct)).Own.ShouldBe(quota);
    }

    private static async Task<HttpStatusCode> CreateAsync(HttpClient client, long bytes)
    {
        using var answer = await client.TusAsync("POST", WebPaths.Uploads, Headers(bytes), null, Ct);
        return answer.StatusCode;
    }

    private static (string, string?)[] Headers(long bytes) => [("Upload-Length", bytes.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("Upload-Metadata", TusCalls.Metadata(("filename", "a.mp4")))];
}
