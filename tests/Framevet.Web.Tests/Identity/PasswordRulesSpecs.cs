using System.Security.Cryptography;
using System.Text;
using Framevet.Data.Tables;
using Framevet.TestKit;
using Framevet.Web.Hosting;
using Framevet.Web.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Tests.Identity;

/// <summary>Length counts, composition does not.</summary>
public sealed class PasswordRulesSpecs
{
    [Theory]
    [InlineData("correct horse battery staple", true)]
    [InlineData("only lower case letters", true)]
    [InlineData("ÄÖÜ und ein 🦊 dazu", true)]
    [InlineData("eleven char", false)]
    [InlineData("aaaaaaaaaaaaaaaa", false)]
    [InlineData("password1234", false)]
    [InlineData("adalovelace1815", false)]
    [InlineData("Ada.Lovelace.1", false)]
    [InlineData("framevet2026", false)]
    [InlineData("AcmeWorks2026", false)]
    [InlineData("iloveyousomuch", false)]
    [InlineData("1q2w3e4r5t6y", false)]
    [InlineData("Sunshine2020!", false)]
    public async Task A_password_is_long_and_not_guessed_first(string password, bool isTaken) =>
        (await Rules(new SignInOptions { RefusedWords = ["acmeworks"] }).ValidateAsync(null!, new FramevetUser { UserName = "adalovelace", Email = "ada.lovelace@example.org" }, password)).Succeeded.ShouldBe(isTaken);

    [Fact]
    public async Task A_password_may_have_64_characters_and_more_and_every_one_counts()
    {
        var rules = Rules(new SignInOptions());

        (await rules.ValidateAsync(null!, new FramevetUser { UserName = "ada" }, string.Concat(Enumerable.Range(0, 64).Select(i => (char)('a' + (i * 7 % 26)))))).Succeeded.ShouldBeTrue();
        (await rules.ValidateAsync(null!, new FramevetUser { UserName = "ada" }, new string('x', 257))).Succeeded.ShouldBeFalse();
    }

    [Fact]
    public void The_built_in_list_knows_more_than_the_three_thousand_most_common_ones() => BreachedList.BuiltInCount.ShouldBeGreaterThan(3000);

    [Fact]
    public void A_file_of_hashes_is_searched_from_its_first_line_to_its_last()
    {
        using var folder = new TemporaryFolder();
        var known = Enumerable.Range(0, 500).Select(i => $"breached password {i}").ToArray();
        var path = Path.Combine(folder.Path, "hashes.txt");
        File.WriteAllLines(path, known.Select(Hash).Order(StringComparer.Ordinal).Select((hash, i) => i % 3 == 0 ? hash : $"{hash}:{i * i}"));
        var list = new BreachedList(path);

        known.Where(password => !list.Contains(password)).ShouldBeEmpty();
        Enumerable.Range(500, 500).Select(i => $"breached password {i}").Where(list.Contains).ShouldBeEmpty();
    }

    [Fact]
    public void A_file_that_holds_no_hashes_stops_the_start()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "words.txt");
        File.WriteAllText(path, "password\n");

        Should.Throw<ConfigurationException>(() => new BreachedList(path));
        Should.Throw<ConfigurationException>(() => new BreachedList(path + ".gone"));
    }

#pragma warning disable CA5350 // Such files hold SHA-1.
    private static string Hash(string text) => Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350

    private static PasswordRules Rules(SignInOptions options) => new(new BreachedList((string?)null), Options.Create(new FramevetOptions { SignIn = options }));
}
