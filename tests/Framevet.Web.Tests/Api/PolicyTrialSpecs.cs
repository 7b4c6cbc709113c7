using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.TestKit;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Framevet.Web.Tests.Api;

/// <summary>A server whose moderation service is a program on this machine that always sees the same, for a quarter of a dollar, of which a day has two.</summary>
public sealed class TrialHost : AppHost, IAsyncLifetime
{
    private WebApplication _service = null!;
    private int _calls;

    /// <summary>How often the service was asked.</summary>
    public int Calls => Volatile.Read(ref _calls);

    protected override ImmutableDictionary<string, string> Settings => ImmutableDictionary<string, string>.Empty
        .Add("Moderation:Http:Endpoint", _service.Urls.First())
        .Add("Moderation:Http:PricePerCall", "0.25")
        .Add("Moderation:Http:Labels:fight", "violence")
        .Add("Moderation:DayBudget", "0.5");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _service = builder.Build();
        _service.Run(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            Interlocked.Increment(ref _calls);
            await http.Response.WriteAsync("""{"labels":[{"name":"fight","confidence":0.7}]}""", http.RequestAborted);
        });
        await _service.StartAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _service.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A picture tried against the policy, on the whole server.</summary>
public sealed class PolicyTrialSpecs(TrialHost app) : IClassFixture<TrialHost>
{
    private const int Patience = 120_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_picture_is_seen_by_what_is_free_and_judged_by_the_saved_policy_and_the_draft_and_nothing_of_it_is_kept()
    {
        using var moderator = await app.SignInAsync("trial-moderator", [Roles.Moderator], Ct);
        var before = Files();
        var draft = PolicyDocument.Seed with { Bands = PolicyDocument.Seed.Bands.SetItem(ModerationLabels.Skin, new LabelBand(0, 2)) };

        var rows = (await AnsweredAsync(moderator, Skin(), Draft(draft))).Answers;

        var skin = rows.Single(r => r.Answer.Backend.Id == "skin-region");
        skin.Answer.Findings.ShouldHaveSingleItem().Label.ShouldBe(ModerationLabels.Skin);
        skin.Saved!.Label.ShouldBe(ModerationLabels.Skin);
        skin.Draft!.Decision.ShouldBe(Decision.Escalate);
        var model = rows.Single(r => r.Answer.Backend.Id == "local-model");
        (model.Answer.WasAsked, model.Saved, model.Draft).ShouldBe((false, null, null));
        model.Answer.Backend.WhyNotReady!.ShouldContain("nsfwjs");
        rows.Single(r => r.Answer.Backend.Id == "http").ShouldSatisfyAllConditions(r => r.Answer.WasAsked.ShouldBeFalse(), r => r.Answer.Backend.PricePerCall.ShouldBe(0.25m));
        Files().ShouldBe(before);
    }

    [Fact(Timeout = Patience)]
    public async Task A_service_is_asked_only_when_a_lead_names_it_and_within_the_budget_of_the_day()
    {
        using var moderator = await app.SignInAsync("trial-poor", [Roles.Moderator], Ct);
        using var lead = await app.SignInAsync("trial-lead", [Roles.Lead], Ct);
        using (var refused = await SendAsync(moderator, Skin(), new() { ["services"] = "http" }))
        {
            await refused.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "forbidden", Ct);
        }

        app.Calls.ShouldBe(0);
        var seen = (await AnsweredAsync(lead, Skin(), new() { ["services"] = "http" })).Answers.Single(r => r.Answer.Backend.Id == "http");
        app.Calls.ShouldBe(1);
        (seen.Answer.WasAsked, seen.Answer.Findings.Single().Label, seen.Saved!.Decision).ShouldBe((true, "violence", Decision.Escalate));

        await AnsweredAsync(lead, Skin(), []);
        app.Calls.ShouldBe(1);
        await AnsweredAsync(lead, Skin(), new() { ["services"] = "http" });
        var late = (await AnsweredAsync(lead, Skin(), new() { ["services"] = "http" })).Answers.Single(r => r.Answer.Backend.Id == "http");
        (late.Answer.WasAsked, late.Answer.Failure).ShouldBe((false, "Today's budget for paid calls is spent."));
        app.Calls.ShouldBe(2);
        var costs = await lead.GetJsonAsync<CostReport>("/api/v1/costs", Ct);
        (costs.Calls, costs.Dollars, costs.Runs.Length, costs.Users.Single().Name).ShouldBe((2, 0.5m, 0, "trial-lead"));
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_no_picture_or_too_large_is_refused_as_an_upload_would_be()
    {
        using var folder = new TemporaryFolder();
        using var clips = new ClipFactory();
        using var moderator = await app.SignInAsync("trial-wrong", [Roles.Moderator], Ct);
        foreach (var (file, status) in new[]
        {
            (folder.Write("x.png", "no picture"u8), HttpStatusCode.UnsupportedMediaType),
            (folder.Write("x.exe", "MZ"u8), HttpStatusCode.UnsupportedMediaType),
            (await ApiRun.ClipAsync(clips, Ct), HttpStatusCode.UnsupportedMediaType),

            // A GIF of 35 bytes that says it is 65,535 pixels wide and high.
            (folder.Write("bomb.gif", Convert.FromHexString("474946383961FFFFFFFF800000000000FFFFFF2C00000000FFFFFFFF0002024401003B")), HttpStatusCode.UnprocessableEntity),
        })
        {
            using var answer = await SendAsync(moderator, file, []);
            answer.StatusCode.ShouldBe(status, Path.GetFileName(file));
        }

        foreach (var field in new Dictionary<string, string>[] { new() { ["draft"] = "{" }, new() { ["draft"] = """{"taxonomy":"none"}""" }, new() { ["services"] = "nobody" } })
        {
            using var answer = await SendAsync(moderator, Skin(), field);
            await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-request", Ct);
        }
    }

    // A skin-coloured area, as the screen's paper means it.
    private static string Skin() => TestModels.Path("reference/photos/obama.jpg");

    private static Dictionary<string, string> Draft(PolicyDocument document) => new() { ["draft"] = System.Text.Json.JsonSerializer.Serialize(document, PipelineJson.Options) };

    // The data folder without what every request touches.
    private string[] Files() => [.. Directory.GetFiles(app.Folder, "*", SearchOption.AllDirectories).Where(f => !Path.GetFileName(f).StartsWith("framevet.db", StringComparison.Ordinal) && !f.Contains("jobs", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static async Task<TrialBody> AnsweredAsync(HttpClient client, string file, Dictionary<string, string> fields)
    {
        using var answer = await SendAsync(client, file, fields);
        return await answer.ReadAsync<TrialBody>(Ct);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string file, Dictionary<string, string> fields)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }

        var content = new ByteArrayContent(await File.ReadAllBytesAsync(file, Ct));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        form.Add(content, "files", Path.GetFileName(file));
        return await client.PostAsync(new Uri(WebPaths.PolicyTrial, UriKind.Relative), form, Ct);
    }
}
