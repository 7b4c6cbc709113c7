using System.Text.Json;
using Bunit;
using Framevet.Pipeline;
using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Recipes;
using Framevet.Pipeline.Runs;
using Framevet.Web.Api;
using Framevet.Web.Components.Pages.Moderation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Components;

/// <summary>The box that tries a picture against the policy, with the real catalogue of backends.</summary>
public sealed class PolicyTrialBoxSpecs : BunitContext
{
    private static readonly TrialBackend Service = new("http", "A service", ModerationTier.Precise, "1", 0.25m, null);
    private static readonly TrialBackend Screen = new("skin-region", "Skin-region screen", ModerationTier.Screen, "1", 0, null);

    public PolicyTrialBoxSpecs()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Moderation:Http:Endpoint", "http://127.0.0.1:9/"), new("Moderation:Http:PricePerCall", "0.25"),
        ]).Build();
        Services.AddSingleton<IConfiguration>(configuration).AddFramevetPipeline(configuration);
        var module = JSInterop.SetupModule("./js/trial.js");
        module.SetupVoid("attach", _ => true).SetVoidResult();
        module.SetupVoid("detach", _ => true).SetVoidResult();
    }

    [Fact]
    public async Task Services_are_off_at_first_their_price_is_named_and_each_picture_is_a_purchase_of_its_own()
    {
        var box = Box(Rights.Review | Rights.Lead, PolicyDocument.Seed);

        box.Find("[data-testid=trial-ask-http]").HasAttribute("checked").ShouldBeFalse();
        box.Find("label:has([data-testid=trial-ask-http])").TextContent.ShouldContain("$0.25 for a picture");
        box.FindAll("[data-testid=trial-ask-aws-rekognition]").ShouldBeEmpty("it is not switched on");
        box.FindAll("[data-testid=trial-cost]").ShouldBeEmpty();
        box.FindAll("[data-testid=trial-ask-skin-region]").ShouldBeEmpty("what is free and on this machine is always asked");
        (await box.InvokeAsync(() => box.Instance.OnTrying("a.jpg"))).ShouldBe("");

        box.Find("[data-testid=trial-ask-http]").Change(true);
        box.Find("[data-testid=trial-cost]").TextContent.ShouldContain("costs $0.25 and leaves this machine");
        (await box.InvokeAsync(() => box.Instance.OnTrying("b.jpg"))).ShouldBe("http");
        box.FindAll("[data-testid=trial-cost]").ShouldBeEmpty();
        (await box.InvokeAsync(() => box.Instance.OnTrying("c.jpg"))).ShouldBe("");
    }

    [Fact]
    public void A_moderator_cannot_name_a_service()
    {
        var box = Box(Rights.Review, PolicyDocument.Seed);

        box.Find("[data-testid=trial-ask-http]").HasAttribute("disabled").ShouldBeTrue();
        box.Find("label:has([data-testid=trial-ask-http])").TextContent.ShouldContain("for leads");
    }

    [Fact]
    public async Task Labels_bands_and_outcome_are_shown_under_the_saved_policy_and_follow_the_draft_without_asking_again()
    {
        var box = Box(Rights.Review, PolicyDocument.Seed);
        await box.InvokeAsync(() => box.Instance.OnTrying("a.jpg"));
        await box.InvokeAsync(() => box.Instance.OnTried(Json(
            new TrialAnswer(Screen, true, null, []),
            new TrialAnswer(Service, true, null, [new Finding("violence", 0.7, "http", "1"), new Finding("alcohol", 0.3, "http", "1")]))));

        box.Find("[data-testid=trial-saved-skin-region]").TextContent.ShouldContain("Cleared");
        box.Find("[data-testid=trial-saved-http]").TextContent.ShouldContain("A person looks");
        box.FindAll("[data-testid=trial-draft-http]").ShouldBeEmpty("the draft is what is saved");
        var rows = box.FindAll("[data-testid=trial-http] li").Select(r => r.TextContent).ToList();
        rows[0].ShouldSatisfyAllConditions(r => r.ShouldContain("Violence"), r => r.ShouldContain("human (0.15 / 0.8)"));
        rows[1].ShouldContain("clear (0.5 / never)");

        box.Render(p => p.Add(b => b.Draft, PolicyDocument.Seed with { Bands = PolicyDocument.Seed.Bands.SetItem("violence", new LabelBand(0.1, 0.6)) }));

        box.Find("[data-testid=trial-saved-http]").TextContent.ShouldContain("A person looks");
        box.Find("[data-testid=trial-draft-http]").TextContent.ShouldContain("Blocked");
        box.Find("[data-testid=trial-http] li").TextContent.ShouldContain("block (0.1 / 0.6)");
    }

    [Fact]
    public async Task A_backend_that_failed_sends_to_people_and_trouble_is_said_in_words()
    {
        var box = Box(Rights.Review, PolicyDocument.Seed);
        await box.InvokeAsync(() => box.Instance.OnTrying("a.jpg"));
        await box.InvokeAsync(() => box.Instance.OnTried(Json(new TrialAnswer(Service, true, "http gave no answer within 20 s, so a person must look", []), new TrialAnswer(Screen with { WhyNotReady = "no library." }, false, null, []))));

        box.Find("[data-testid=trial-saved-http]").TextContent.ShouldContain("A person looks");
        box.Find("[data-testid=trial-http]").TextContent.ShouldContain("gave no answer");
        box.Find("[data-testid=trial-skin-region]").TextContent.ShouldContain("no library.");

        await box.InvokeAsync(() => box.Instance.OnTrouble("x.png: there is no picture in it."));
        box.Find("[data-testid=trial-trouble]").TextContent.ShouldBe("x.png: there is no picture in it.");
    }

    private IRenderedComponent<PolicyTrialBox> Box(Rights rights, PolicyDocument draft) => Render<PolicyTrialBox>(p => p
        .Add(b => b.Saved, new PolicyVersion(3, PolicyDocument.Seed, "Ann", "", DateTimeOffset.UnixEpoch)).Add(b => b.Draft, draft).Add(b => b.Actor, new Actor("ann", "Ann", rights)));

    private static string Json(params TrialAnswer[] answers) => JsonSerializer.Serialize(new TrialBody([.. answers.Select(a => new TrialRow(a, null, null))]), PipelineJson.Options);
}
