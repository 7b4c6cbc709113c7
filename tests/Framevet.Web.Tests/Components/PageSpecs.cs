using System.Reflection;
using System.Text.RegularExpressions;
using Framevet.Web.Components.Layout;
using Framevet.Web.Tests.Architecture;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;

namespace Framevet.Web.Tests.Components;

/// <summary>What holds for every page, found by reflection and in the sources.</summary>
public sealed partial class PageSpecs
{
    private static readonly Type[] Pages = [.. typeof(NavEntry).Assembly.GetTypes().Where(t => t.GetCustomAttributes<RouteAttribute>().Any())];

    [Fact]
    public void There_are_pages() => Pages.Length.ShouldBeGreaterThan(15);

    [Fact]
    public void Every_page_names_a_policy_or_is_open_on_purpose() =>
        Pages.Where(p => !p.GetCustomAttributes<AllowAnonymousAttribute>().Any() && p.GetCustomAttributes<AuthorizeAttribute>().All(a => string.IsNullOrEmpty(a.Policy)))
            .Select(p => p.Name).ShouldBeEmpty();

    [Fact]
    public void Every_page_has_a_title() =>
        Pages.Select(Source).Where(s => !s.Text.Contains("<PageTitle>", StringComparison.Ordinal) && !s.Text.Contains("<PageHeader", StringComparison.Ordinal) && !s.Text.Contains("<DeniedNote", StringComparison.Ordinal))
            .Select(s => s.Path).ShouldBeEmpty();

    [Fact]
    public void Every_entry_of_the_navigation_has_its_own_place_and_the_policy_of_its_page()
    {
        var items = Pages.Select(p => (Page: p, Item: p.GetCustomAttribute<NavItemAttribute>())).Where(p => p.Item is not null).ToList();

        items.Select(i => i.Item!.Order).ShouldBeUnique();
        items.Where(i => i.Page.GetCustomAttributes<AuthorizeAttribute>().All(a => a.Policy != i.Item!.Policy)).Select(i => i.Page.Name).ShouldBeEmpty();
        NavEntry.All.Select(e => e.Order).ShouldBeInOrder();
        NavEntry.All.Length.ShouldBe(items.Count);
    }

    [Fact]
    public void Buttons_and_fields_of_pages_can_be_found_by_tests() =>
        SourceTree.In("Framevet.Web").Where(f => f.Path.EndsWith(".razor", StringComparison.Ordinal))
            .SelectMany(f => Control().Matches(f.Code).Where(m => !m.Value.Contains("data-testid", StringComparison.Ordinal) && !m.Value.Contains("data-action", StringComparison.Ordinal)
                && !m.Value.Contains("type=\"hidden\"", StringComparison.Ordinal)).Select(m => f.LineAt(m.Index).ToString()))
            .ShouldBeEmpty();

    [Fact]
    public void Colours_come_from_the_tokens_only()
    {
        var root = SourceTree.Root;
        var files = Directory.EnumerateFiles(Path.Combine(root, "src", "Framevet.Web", "Components"), "*.razor.css", SearchOption.AllDirectories)
            .Append(Path.Combine(root, "wwwroot-assets", "css", "app.css"));

        files.SelectMany(f => File.ReadLines(f).Where(l => LiteralColour().IsMatch(l)).Select(l => $"{Path.GetFileName(f)}: {l.Trim()}")).ShouldBeEmpty();
    }

    [Fact]
    public void Every_token_that_is_used_exists_in_both_themes()
    {
        var root = SourceTree.Root;
        var tokens = File.ReadAllText(Path.Combine(root, "wwwroot-assets", "css", "tokens.css"));
        var files = Directory.EnumerateFiles(Path.Combine(root, "src", "Framevet.Web", "Components"), "*.css", SearchOption.AllDirectories)
            .Append(Path.Combine(root, "wwwroot-assets", "css", "app.css"));

        var used = files.SelectMany(f => Token().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Distinct();

        used.Where(t => !tokens.Contains($"{t}:", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static SourceFile Source(Type page) => SourceTree.In("Framevet.Web").Single(f => f.Name == $"{page.Name}.razor");

    [GeneratedRegex("""<(button|input|select|textarea)\b(?:[^>"]|"[^"]*")*>""")]
    private static partial Regex Control();

    [GeneratedRegex(@"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(")]
    private static partial Regex LiteralColour();

    [GeneratedRegex(@"var\((--fv-[a-z0-9-]+)")]
    private static partial Regex Token();
}
