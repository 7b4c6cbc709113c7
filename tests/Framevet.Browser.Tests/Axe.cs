using System.Text.Json;
using Framevet.TestKit;

namespace Framevet.Browser.Tests;

/// <summary>axe-core in a page: every rule that it has, over the whole document.</summary>
internal static class Axe
{
    private const string Run = """
        async () => {
          const found = await axe.run(document, { resultTypes: ["violations"] });
          return JSON.stringify(found.violations.map((v) => ({ rule: v.id, help: v.help, nodes: v.nodes.map((n) => `${n.target.join(" ")}: ${n.html.slice(0, 160)} (${n.any.concat(n.all, n.none).map((c) => c.message).join("; ")})`) })));
        }
        """;

    private static readonly Lazy<string> Script = new(() => File.ReadAllText(Repository.Path("node_modules", "axe-core", "axe.min.js")) + "\nundefined;");

    /// <summary>What is wrong with the page as it stands, one line for each element; empty when nothing is.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(Visitor visitor)
    {
        // Transitions and animations would be caught half-way, with colours that nobody sees for long.
        await visitor.Page.EvaluateAsync("() => Promise.all(document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Infinity).map((a) => a.finished.catch(() => {})))");
        await visitor.Page.EvaluateAsync(Script.Value);
        var found = JsonDocument.Parse(await visitor.Page.EvaluateAsync<string>(Run)).RootElement;
        return [.. found.EnumerateArray().SelectMany(v => v.GetProperty("nodes").EnumerateArray().Select(n => $"{v.GetProperty("rule").GetString()}: {n.GetString()}"))];
    }
}
