using System.Collections.Immutable;
using Bunit;
using Framevet.Pipeline.Models;
using Framevet.Web.Components.Pages.Models;
using Framevet.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;

namespace Framevet.Web.Tests.Components;

/// <summary>What a model shows and offers in each of its states.</summary>
public sealed class ModelCardSpecs : BunitContext
{
    private readonly List<ModelAct> _acts = [];

    public ModelCardSpecs() => Services.AddSingleton(TimeProvider.System);

    [Fact]
    public void A_missing_model_is_pulled_by_who_may()
    {
        var card = Card(Report(ModelState.Missing), mayManage: true);

        card.Find("[data-testid=pull-tiny]").Click();

        _acts.Single().Kind.ShouldBe(ModelActKind.Pull);
        Card(Report(ModelState.Missing), mayManage: false).FindAll("button").ShouldBeEmpty();
    }

    [Fact]
    public void A_model_without_an_address_says_how_it_comes_here()
    {
        var card = Card(Report(ModelState.Missing) with { CanPull = false }, mayManage: true);

        card.FindAll("[data-testid=pull-tiny]").ShouldBeEmpty();
        card.Find("[data-testid=copy-tiny]").TextContent.ShouldContain("copy the file");
    }

    [Fact]
    public void Terms_are_shown_before_they_can_be_accepted_and_nothing_is_pulled_before()
    {
        var card = Card(Report(ModelState.NeedsAcceptance), mayManage: true);
        card.FindAll("[data-testid=pull-tiny]").ShouldBeEmpty();
        card.FindAll("[data-testid=accept-tiny]").ShouldBeEmpty();

        card.Find("[data-testid=terms-tiny]").Click();
        card.Find("[data-testid=licence-tiny]").TextContent.ShouldContain("Share your source.");
        card.Find("[data-testid=accept-tiny]").Click();

        _acts.Single().Kind.ShouldBe(ModelActKind.Accept);
    }

    [Fact]
    public void A_running_pull_shows_how_far_it_is_and_can_be_stopped()
    {
        var card = Card(Report(ModelState.Partial) with { Pull = new PullReport(PullState.Running, 50, 200, 10, null) }, mayManage: true);

        card.Find("progress").GetAttribute("value").ShouldBe("0.25");
        card.FindAll("[data-testid=remove-tiny]").ShouldBeEmpty();
        card.Find("[data-testid=cancel-tiny]").Click();

        _acts.Single().Kind.ShouldBe(ModelActKind.Cancel);
    }

    [Fact]
    public void A_refused_file_shows_both_hashes()
    {
        var report = Report(ModelState.WrongHash) with { Trouble = "expected aaa, found bbb" };

        Card(report, mayManage: false).Find("[data-testid=trouble-tiny]").TextContent.ShouldContain("expected aaa, found bbb");
    }

    [Fact]
    public void Removing_asks_twice()
    {
        var card = Card(Report(ModelState.Ready) with { BytesHere = 10 }, mayManage: true);

        card.Find("[data-testid=remove-tiny]").Click();
        _acts.ShouldBeEmpty();
        card.Find("[data-testid=remove-tiny]").Click();

        _acts.Single().Kind.ShouldBe(ModelActKind.Remove);
    }

    [Fact]
    public void What_nobody_checked_and_who_published_a_figure_are_told()
    {
        var report = Report(ModelState.Ready) with { Accuracy = [new ModelAccuracy("SRCC 0.6", "their README")], Unverified = ["Tensor names."] };

        var text = Card(report, mayManage: false).Markup;

        text.ShouldContain("SRCC 0.6");
        text.ShouldContain("their README");
        text.ShouldContain("Not checked by us: Tensor names.");
    }

    [Fact]
    public void A_recipe_that_needs_missing_models_says_so_and_sends_admins_to_them()
    {
        var entry = new ModelEntry
        {
            Id = "tiny", Task = ModelTask.Aesthetic, Title = "Tiny", Files = [new ModelFile { Name = "tiny.onnx", Sha256 = new string('a', 64) }],
            Licence = new ModelLicence { Id = "MIT", Allows = "Anything." }, Origin = new ModelOrigin("example"),
        };
        ImmutableArray<ModelStatus> unmet = [new ModelStatus(entry, ModelState.Missing, [new ModelFileStatus(entry.Main, ModelState.Missing, 0, null)], null)];

        var admin = Render<ModelNotice>(p => p.Add(n => n.Unmet, unmet).Add(n => n.Recipe, "Best").Add(n => n.MayPull, true));
        var other = Render<ModelNotice>(p => p.Add(n => n.Unmet, unmet).Add(n => n.Recipe, "Best"));
        var fine = Render<ModelNotice>(p => p.Add(n => n.Unmet, []).Add(n => n.Recipe, "Best"));

        admin.Find("[data-testid=model-notice-get]").GetAttribute("href").ShouldBe("models?need=tiny");
        other.Markup.ShouldContain("An admin can get it");
        fine.Markup.Trim().ShouldBeEmpty();
    }

    private IRenderedComponent<ModelCard> Card(ModelReport report, bool mayManage) => Render<ModelCard>(p => p
        .Add(c => c.Model, report).Add(c => c.Recipes, []).Add(c => c.MayManage, mayManage).Add(c => c.OnAct, EventCallback.Factory.Create<ModelAct>(this, _acts.Add)));

    private static ModelReport Report(ModelState state) => new(
        "tiny", ModelTask.Aesthetic, "Tiny", state, null, null, false, true, 200, 0, new ModelOrigin("example/tiny"), new LicenceReport("AGPL-3.0", "Share your source.", true, null, "abc"), null, [], [],
        [new ModelFileReport("tiny.onnx", ModelFileRole.Graph, state, 200, new string('a', 64), null, null, null, null)], null);
}
