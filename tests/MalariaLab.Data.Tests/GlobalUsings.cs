global using MalariaLab.Testing;
global using Microsoft.EntityFrameworkCore;
global using Xunit;
