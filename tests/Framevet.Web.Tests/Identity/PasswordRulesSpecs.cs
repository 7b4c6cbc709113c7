using Framevet.Data.Tables;
using Framevet.Web.Identity;

namespace Framevet.Web.Tests.Identity;

/// <summary>Length counts, composition does not.</summary>
public sealed class PasswordRulesSpecs
{
    [Theory]
    [InlineData("correct horse battery staple", true)]
    [InlineData("only lower case letters", true)]
    [InlineData("eleven char", false)]
    [InlineData("aaaaaaaaaaaaaaaa", false)]
    [InlineData("password1234", false)]
    [InlineData("adalovelace1815", false)]
    public async Task A_password_is_long_and_not_guessed_first(string password, bool isTaken) =>
        (await new PasswordRules().ValidateAsync(null!, new FramevetUser { UserName = "adalovelace" }, password)).Succeeded.ShouldBe(isTaken);
}
