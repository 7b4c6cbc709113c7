using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using Framevet.Data.Queries;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Moderation.Banks;
using Framevet.Pipeline.Moderation.Lab;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Webhooks;
using Framevet.TestKit.Media;
using Framevet.Web.Api;
using Framevet.Web.Identity;
using Framevet.Web.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Api;

/// <summary>Policy, banks, costs, lab and webhooks over the API, on the whole server.</summary>
public sealed class ModerationApiSpecs(AppHost app) : IClassFixture<AppHost>
{
    private const int Patience = 120_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_policy_is_compared_saved_and_rolled_back_and_a_run_keeps_the_version_it_was_submitted_under()
    {
        using var admin = await app.SignInAsync("policy-admin", [Roles.Admin], Ct);
        var before = await admin.GetJsonAsync<PolicyVersion>("/api/v1/policy", Ct);
        var draft = before.Document with { Bands = before.Document.Bands.SetItem("alcohol", new LabelBand(0.7, 0.9)) };

        var diff = await admin.PostJsonAsync<PolicyDiffBody>("/api/v1/policy/diff", draft, Ct);
        diff.Changes.ShouldHaveSingleItem().Place.ShouldBe("alcohol");
        diff.Faults.ShouldBeEmpty();
        var saved = await PutAsync(admin, "/api/v1/policy", new PolicyRequest(draft, before.Number, "less wine"));
        saved.Number.ShouldBe(before.Number + 1);
        using (var late = await admin.PutAsJsonAsync(new Uri("/api/v1/policy", UriKind.Relative), new PolicyRequest(before.Document, before.Number), PipelineJson.Options, Ct))
        {
            await late.ShouldBeProblemAsync(HttpStatusCode.Conflict, "conflict", Ct);
        }

        using var clips = new ClipFactory();
        var id = await admin.SubmitAsync(await ApiRun.ClipAsync(clips, Ct), new() { ["recipe"] = "Top 10 %" }, Ct);
        (await admin.WaitAsync(id, Ct, RunState.Done)).Recipe.Moderation.Policy!.Version.ShouldBe(saved.Number);
        var frames = await app.Services.GetRequiredService<IRunStore>().CandidatesAsync(id, Ct);
        frames.ShouldAllBe(f => f.Judgement!.Verdict.Basis == new VerdictBasis(LabelTree.Version, saved.Number, "skin-region 1"));

        var back = await admin.PostJsonAsync<PolicyVersion>($"/api/v1/policy/versions/{before.Number}/rollback", new RollbackRequest(saved.Number), Ct);
        back.Document.ShouldBe(before.Document);
        var audit = await app.Services.GetRequiredService<AuditQuery>().PageAsync(new AuditFilter(Action: "policy."), 0, 10, Ct);
        audit.Rows.Select(r => r.Action).ShouldBe(["policy.rollback", "policy.save"]);
    }

    [Fact(Timeout = Patience)]
    public async Task The_lab_and_the_costs_answer_from_what_is_stored()
    {
        using var lead = await app.SignInAsync("lab-lead", [Roles.Lead], Ct);

        (await lead.GetJsonAsync<ImmutableArray<LabPoint>>("/api/v1/lab/curve?label=explicit", Ct)).Length.ShouldBe(201);
        (await lead.PostJsonAsync<LabBacktest>("/api/v1/lab/backtest", PolicyDocument.Seed, Ct)).Moves.ShouldAllBe(m => m.From == m.To);
        (await lead.GetJsonAsync<CostReport>("/api/v1/costs", Ct)).Calls.ShouldBe(0);
        var forecast = await lead.PostJsonAsync<Forecast>("/api/v1/costs/forecast", new ForecastRequest(3, "pyframe-cascade", 60), Ct);
        (forecast.MaxCalls, forecast.BudgetLeft).ShouldBe((0, 10m));
        using var wrong = await lead.GetAsync(new Uri("/api/v1/lab/curve?label=sorcery", UriKind.Relative), Ct);
        await wrong.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not-found", Ct);
    }

    [Fact(Timeout = Patience)]
    public async Task Banks_come_in_and_go_out_as_lines()
    {
        using var admin = await app.SignInAsync("bank-admin", [Roles.Admin], Ct);
        var line = $$"""{"bank":"block","pdq":"{{new string('a', 64)}}","quality":80,"label":"nudity/explicit"}""";
        using var content = new StringContent(line + "\n", System.Text.Encoding.UTF8, "application/jsonl");
        using var answer = await admin.PostAsync(new Uri("/api/v1/banks/import/partner", UriKind.Relative), content, Ct);

        (await answer.ReadAsync<ImportBody>(Ct)).Entries.ShouldBe(1);
        var entry = (await admin.GetJsonAsync<PageBody<BankEntryBody>>("/api/v1/banks?bank=block", Ct)).Items.Single(e => e.Origin == "import/partner");
        (await admin.GetStringAsync(new Uri("/api/v1/banks/export", UriKind.Relative), Ct)).ShouldContain(new string('a', 64));
        (await app.Services.GetRequiredService<IHashBank>().IndexAsync(Ct)).HasPictures.ShouldBeTrue();
        using var removed = await admin.DeleteAsync(new Uri($"/api/v1/banks/{entry.Id}", UriKind.Relative), Ct);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact(Timeout = Patience)]
    public async Task A_webhook_shows_its_secret_once_and_private_addresses_are_refused()
    {
        using var admin = await app.SignInAsync("hook-admin", [Roles.Admin], Ct);
        var made = await admin.PostJsonAsync<WebhookBody>("/api/v1/webhooks", new WebhookRequest("Ops", new Uri("https://hooks.example.com/x"), [WebhookKinds.Decision]), Ct);

        made.Secret!.ShouldStartWith("whsec_");
        (await admin.GetJsonAsync<ImmutableArray<WebhookBody>>("/api/v1/webhooks", Ct)).Single(w => w.Id == made.Id).Secret.ShouldBeNull();
        foreach (var address in (string[])["http://example.com/x", "https://10.0.0.1/x", "https://[::1]/x", "https://user:pass@example.com/", "http://localhost:1/x"])
        {
            using var refused = await admin.PostJsonAsync("/api/v1/webhooks", new WebhookRequest("x", new Uri(address), [WebhookKinds.Verdict]), Ct);
            await refused.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid-request", Ct);
        }

        using var changed = await admin.PutAsJsonAsync(new Uri($"/api/v1/webhooks/{made.Id}", UriKind.Relative), new WebhookChange([WebhookKinds.SlaBreached], false), PipelineJson.Options, Ct);
        changed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var removed = await admin.DeleteAsync(new Uri($"/api/v1/webhooks/{made.Id}", UriKind.Relative), Ct);
        removed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    private static async Task<PolicyVersion> PutAsync(HttpClient client, string path, PolicyRequest request)
    {
        using var answer = await client.PutAsJsonAsync(new Uri(path, UriKind.Relative), request, PipelineJson.Options, Ct);
        return await answer.ReadAsync<PolicyVersion>(Ct);
    }
}
