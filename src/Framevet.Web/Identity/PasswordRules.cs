using System.Collections.Immutable;
using Framevet.Data.Tables;
using Framevet.Web.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Framevet.Web.Identity;

/// <summary>Length is what counts, so nobody is told which characters to use; only what is guessed first is refused.</summary>
internal sealed class PasswordRules(BreachedList breached, IOptions<FramevetOptions> options) : IPasswordValidator<FramevetUser>
{
    /// <summary>Shortest password.</summary>
    public const int MinLength = 12;

    /// <summary>Longest one: hashing must not be a way to keep the server busy.</summary>
    public const int MaxLength = 256;

    private const int MinDistinct = 5;
    private const int MinWord = 4;

    private static readonly ImmutableArray<string> GuessedFirst = ["password", "passwort", "qwertyui", "12345678", "framevet", "letmein1", "administrator"];

    public Task<IdentityResult> ValidateAsync(UserManager<FramevetUser> manager, FramevetUser user, string? password)
    {
        var text = password ?? "";
        var fault = text.Length is < MinLength or > MaxLength ? $"A password has {MinLength} to {MaxLength} characters."
            : text.Distinct().Count() < MinDistinct ? $"The password repeats itself; use at least {MinDistinct} different characters."
            : IsGuessedFirst(text, user) ? "This password is among those that are guessed first; take one that nobody would think of."
            : breached.Contains(text) ? "This password is known from breaches; take one that nobody else uses."
            : null;
        return Task.FromResult(fault is null ? IdentityResult.Success : IdentityResult.Failed(new IdentityError { Code = "Password", Description = fault }));
    }

    /// <summary>A well-known word, or a name of the account, that makes up half of the password or more.</summary>
    private bool IsGuessedFirst(string password, FramevetUser user) =>
        GuessedFirst.AddRange(options.Value.SignIn.RefusedWords).AddRange(Names(user)).Any(word => word.Length * 2 >= password.Length && password.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Names(FramevetUser user) =>
        new[] { user.UserName, user.DisplayName, user.DisplayName.Replace(" ", "", StringComparison.Ordinal), user.Email, user.Email?.Split('@')[0] }.OfType<string>().Where(n => n.Length >= MinWord);
}
